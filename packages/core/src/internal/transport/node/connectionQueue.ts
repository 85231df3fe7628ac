/** A request that waits for its turn. */
export interface Waiting {
  /** Whether nobody has a use for it any more. */
  readonly isOver: () => boolean
  readonly go: () => void
}

/** A request that has come to its end, and who waits for it does not know yet. */
export interface Arrived {
  readonly handOver: () => void
}

/**
 * So many requests to one server at a time. The others wait here and not with
 * undici, which cannot take one back: it would make a connection for each that was
 * given up, only to find that out, and the living would wait for them.
 *
 * It goes in rounds, one each time around the event loop: all that has arrived is
 * read, then handed over, then all that is to be sent goes out. Each of these is
 * other code and other memory; one answer at a time, from the socket to the next
 * request, costs a fifth of the throughput.
 */
export class ConnectionQueue {
  private underWay = 0
  private waiting: Array<Waiting> = []
  private arrived: Array<Arrived> = []
  private isScheduled = false

  constructor(private readonly width: number) {}

  enter(next: Waiting): void {
    this.waiting.push(next)
    this.schedule()
  }

  /** To be called once for each that went, when undici is done with it. */
  leave(): void {
    this.underWay -= 1
    this.schedule()
  }

  arrive(one: Arrived): void {
    this.arrived.push(one)
    this.schedule()
  }

  private schedule(): void {
    if (this.isScheduled) return
    if (this.arrived.length === 0 && (this.waiting.length === 0 || this.underWay >= this.width)) return
    this.isScheduled = true
    setImmediate(() => this.round())
  }

  private round(): void {
    const { arrived } = this
    this.arrived = []
    for (const one of arrived) one.handOver()
    // After the fibers that go on now: what they send next goes along.
    queueMicrotask(() => this.proceed())
  }

  private proceed(): void {
    let next = 0
    while (this.underWay < this.width) {
      const waiting = this.waiting[next]
      if (waiting === undefined) break
      next += 1
      if (waiting.isOver()) continue
      this.underWay += 1
      waiting.go()
    }
    if (next === this.waiting.length) this.waiting = []
    else this.waiting.splice(0, next)
    this.isScheduled = false
    this.schedule()
  }
}

/** A queue for each server. */
export const make = (width: number): ((origin: string) => ConnectionQueue) => {
  const queues = new Map<string, ConnectionQueue>()
  return (origin) => {
    const known = queues.get(origin)
    if (known !== undefined) return known
    const queue = new ConnectionQueue(width)
    queues.set(origin, queue)
    return queue
  }
}
