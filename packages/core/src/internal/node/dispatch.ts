import { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import * as Either from "effect/Either"
import * as body from "../body.js"
import * as wire from "../wire.js"
import type * as deadlines from "./deadlines.js"
import * as undici from "./request.js"

/**
 * One request under way: collects the answer, and says exactly once how it ended.
 *
 * These are the handlers that undici 7 itself works with. It calls them
 * deprecated, and adapts the new ones to them with four objects a request.
 */
class Exchange implements Undici.Dispatcher.DispatchHandler, deadlines.Timed {
  readonly deadline: number
  private abort: ((error: Error) => void) | undefined = undefined
  private over = false
  private head = undici.noHead
  private readonly chunks: Array<Buffer> = []
  private size = 0

  constructor(
    private readonly request: wire.Request,
    private readonly timers: deadlines.Deadlines,
    private readonly ended: (outcome: wire.Outcome) => void
  ) {
    this.deadline = performance.now() + request.patienceMillis
    timers.add(this)
  }

  private phase(): wire.Broken["phase"] {
    return this.abort === undefined ? "unsent" : "sent"
  }

  private end(outcome: wire.Outcome): void {
    if (this.over) return
    this.over = true
    this.timers.remove(this)
    this.ended(outcome)
  }

  private answer(body: wire.Answer["body"]): void {
    const { contentType, date, retryAfter, status } = this.head
    this.end(Either.right({ status, retryAfter, date, contentType, body }))
  }

  private refuse(): void {
    this.answer(Either.left("TooLarge"))
    this.abort?.(undici.given)
  }

  send(dispatcher: Undici.Dispatcher): void {
    if (this.over) return
    try {
      dispatcher.dispatch(undici.options(this.request), this)
    } catch {
      // What undici refuses to send, such as a header with a line break, it will refuse again.
      this.end(Either.left(wire.unsendable))
    }
  }

  expire(): void {
    this.end(Either.left(wire.timedOut[this.phase()]))
    this.abort?.(undici.given)
  }

  /** The caller has no use for an answer any more: the connection goes, too. */
  cancel(): void {
    this.over = true
    this.timers.remove(this)
    this.abort?.(undici.given)
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort
    if (this.over) abort(undici.given)
  }

  onHeaders(status: number, headers: Array<Buffer>): boolean {
    // 100 Continue and its like are followed by the answer proper.
    if (status < 200) return true
    this.head = undici.head(status, headers)
    if (this.head.announced > this.request.maxBodyBytes) this.refuse()
    return true
  }

  onData(chunk: Buffer): boolean {
    this.size += chunk.length
    if (this.size > this.request.maxBodyBytes) this.refuse()
    else this.chunks.push(chunk)
    return true
  }

  onComplete(): void {
    const [first, second] = this.chunks
    this.answer(body.asText(first !== undefined && second === undefined ? first : Buffer.concat(this.chunks)))
  }

  onError(error: Error): void {
    this.end(Either.left(undici.broken(error, this.phase())))
  }
}

/**
 * Sends by undici's `dispatch`: a cancelled request closes its connection without an `AbortSignal` for each.
 *
 * What is to be sent goes out together, once all answers that have arrived are
 * read: reading and writing in turn, one by one, costs a tenth of the throughput.
 */
export const start = (dispatcher: Undici.Dispatcher, timers: deadlines.Deadlines): wire.Start => {
  let waiting: Array<Exchange> = []

  const sendAll = () => {
    const exchanges = waiting
    waiting = []
    for (const exchange of exchanges) exchange.send(dispatcher)
  }

  return (request, ended) => {
    const exchange = new Exchange(request, timers, ended)
    if (waiting.push(exchange) === 1) setImmediate(sendAll)
    return () => exchange.cancel()
  }
}
