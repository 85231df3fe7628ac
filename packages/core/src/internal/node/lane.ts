/** A request that waits for its turn. */
export interface Waiting {
  /** Whether nobody has a use for it any more. */
  readonly isOver: () => boolean
  readonly go: () => void
}

/**
 * So many requests to one server at a time. The others wait here and not with
 * undici, which cannot take one back: it would make a connection for each that was
 * given up, only to find that out, and the living would wait for them.
 *
 * What is to be sent goes out together, once all answers that have arrived are
 * read: reading and writing in turn, one by one, costs a tenth of the throughput.
 */
export class Lane {
  private underWay = 0
  private waiting: Array<Waiting> = []
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

  private schedule(): void {
    if (this.isScheduled || this.waiting.length === 0 || this.underWay >= this.width) return
    this.isScheduled = true
    setImmediate(() => this.proceed())
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

/** A lane for each server. */
export const make = (width: number): ((origin: string) => Lane) => {
  const lanes = new Map<string, Lane>()
  return (origin) => {
    const known = lanes.get(origin)
    if (known !== undefined) return known
    const lane = new Lane(width)
    lanes.set(origin, lane)
    return lane
  }
}
