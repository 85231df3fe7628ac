import { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as contentEncoding from "../contentEncoding.js"
import type * as deadlines from "../deadlines.js"
import * as responseBody from "../responseBody.js"
import * as transport from "../transport.js"
import { bodyFailure } from "../transportCause.js"
import type { Arrived, ConnectionQueue, Waiting } from "./connectionQueue.js"
import * as undici from "./request.js"

type Outcome = Either.Either<transport.Response, transport.TransportFailure | transport.TimedOut>

/**
 * One request under way: collects the answer, and says exactly once how it ended.
 *
 * These are the handlers that undici 7 itself works with. It calls them
 * deprecated, and adapts the new ones to them with four objects a request.
 */
class Exchange implements Undici.Dispatcher.DispatchHandler, deadlines.Timed, Waiting, Arrived {
  readonly deadline: number
  private abort: ((error: Error) => void) | undefined = undefined
  private over = false
  private outcome: Outcome | undefined = undefined
  private head = undici.noHead
  private readonly chunks: Array<Buffer> = []
  private size = 0

  constructor(
    private readonly request: transport.Request,
    private readonly dispatcher: Undici.Dispatcher,
    private readonly queue: ConnectionQueue,
    private readonly timers: deadlines.Deadlines,
    private readonly ended: (outcome: Outcome) => void
  ) {
    this.deadline = performance.now() + request.timeoutMillis
    timers.add(this)
    queue.enter(this)
  }

  isOver(): boolean {
    return this.over
  }

  go(): void {
    try {
      this.dispatcher.dispatch(undici.options(this.request), this)
    } catch {
      // What undici refuses to send, such as a header with a line break, it will refuse again.
      this.end(Either.left(transport.invalidRequest))
      this.queue.leave()
    }
  }

  private phase(): transport.TransportFailure["phase"] {
    return this.abort === undefined ? "unsent" : "sent"
  }

  private end(outcome: Outcome): void {
    if (this.over) return
    this.over = true
    this.timers.remove(this)
    this.outcome = outcome
    this.queue.arrive(this)
  }

  handOver(): void {
    if (this.outcome !== undefined) this.ended(this.outcome)
  }

  private answer(body: transport.Response["body"]): void {
    const { contentType, date, retryAfter, status } = this.head
    this.end(Either.right({ status, retryAfter, date, contentType, body }))
  }

  private read(body: Buffer): void {
    const header = this.head.contentEncoding
    if (contentEncoding.isEncoded(header)) {
      const decoded = contentEncoding.decode(header, Stream.succeed(body), bodyFailure)
      Effect.runFork(
        Effect.match(responseBody.collect(decoded, this.request.maxBodyBytes), {
          onFailure: (failure) => this.end(Either.left(failure)),
          onSuccess: (text) => this.answer(text)
        })
      )
    } else {
      this.answer(responseBody.asText(body))
    }
  }

  private refuse(): void {
    this.answer(Either.left("TooLarge"))
    this.abort?.(undici.cancelled)
  }

  expire(): void {
    this.end(Either.left(transport.timedOut[this.phase()]))
    this.abort?.(undici.cancelled)
  }

  /** The caller no longer needs an answer, so the connection is closed, too. */
  cancel(): void {
    this.over = true
    this.outcome = undefined
    this.timers.remove(this)
    this.abort?.(undici.cancelled)
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort
    if (this.over) abort(undici.cancelled)
  }

  onHeaders(status: number, headers: Array<Buffer>): boolean {
    // Processing and Early Hints are followed by the answer proper.
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
    this.read(first !== undefined && second === undefined ? first : Buffer.concat(this.chunks))
    this.queue.leave()
  }

  onError(error: Error): void {
    this.end(Either.left(undici.failureOf(error, this.phase())))
    this.queue.leave()
  }
}

/** Sends with undici's `dispatch` and calls `ended` once with the outcome. Returns a function that cancels it. */
export const start =
  (dispatcher: Undici.Dispatcher, queue: (origin: string) => ConnectionQueue, timers: deadlines.Deadlines) =>
  (request: transport.Request, ended: (outcome: Outcome) => void): (() => void) => {
    const exchange = new Exchange(request, dispatcher, queue(undici.originOf(request)), timers, ended)
    return () => exchange.cancel()
  }

/** The same as an effect. A cancelled request closes its connection without an `AbortSignal` for each. */
export const send =
  (start: (request: transport.Request, ended: (outcome: Outcome) => void) => () => void) =>
  (request: transport.Request): transport.PendingRequest<transport.Response> => {
    let cancel = () => {}
    return {
      response: Effect.async((resume) => {
        cancel = start(request, resume)
      }),
      cancel: Effect.sync(() => cancel())
    }
  }
