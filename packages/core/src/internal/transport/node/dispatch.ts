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
import type { Completed, ConnectionQueue, Queued } from "./connectionQueue.js"
import * as undici from "./request.js"

type Outcome = Either.Either<transport.Response, transport.TransportFailure | transport.TimedOut>

/**
 * One request and its response. Reports its outcome exactly once.
 *
 * Implements undici 7's deprecated handler interface. Undici itself still uses it, and would adapt
 * the new one to it with four extra objects per request.
 */
class Exchange implements Undici.Dispatcher.DispatchHandler, deadlines.Timed, Queued, Completed {
  readonly deadline: number
  position: number | undefined = undefined
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
    private ended: ((outcome: Outcome) => void) | undefined
  ) {
    this.deadline = performance.now() + request.timeoutMillis
    timers.add(this)
    queue.enqueue(this)
  }

  isOver(): boolean {
    return this.over
  }

  dispatch(): void {
    try {
      this.dispatcher.dispatch(undici.options(this.request), this)
    } catch {
      // Undici throws for an invalid request, such as a header with a line break.
      this.end(Either.left(transport.invalidRequest))
      this.queue.release()
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
    this.queue.complete(this)
  }

  /**
   * Drops the references of the exchange. V8 promotes an object that older garbage refers to, and
   * so on from request to request, which made each minor collection three to five times as long.
   */
  resume(): void {
    const { ended, outcome } = this
    this.abort = undefined
    this.chunks.length = 0
    this.ended = undefined
    this.outcome = undefined
    if (outcome !== undefined) ended?.(outcome)
  }

  private respond(body: transport.Response["body"]): void {
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
          onSuccess: (text) => this.respond(text)
        })
      )
    } else {
      this.respond(responseBody.asText(body))
    }
  }

  private tooLarge(): void {
    this.respond(Either.left("TooLarge"))
    this.abort?.(undici.cancelled)
  }

  expire(): void {
    this.end(Either.left(transport.timedOut[this.phase()]))
    this.abort?.(undici.cancelled)
  }

  /** Closes the connection without reporting an outcome. */
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
    // After a 1xx response, the final response follows.
    if (status < 200) return true
    this.head = undici.head(status, headers)
    if (this.head.contentLength > this.request.maxBodyBytes) this.tooLarge()
    return true
  }

  onData(chunk: Buffer): boolean {
    this.size += chunk.length
    if (this.size > this.request.maxBodyBytes) this.tooLarge()
    else this.chunks.push(chunk)
    return true
  }

  onComplete(): void {
    const [first, second] = this.chunks
    this.read(first !== undefined && second === undefined ? first : Buffer.concat(this.chunks))
    this.queue.release()
  }

  onError(error: Error): void {
    this.end(Either.left(undici.failureOf(error, this.phase())))
    this.queue.release()
  }
}

/** Sends a request, calls `ended` once with the outcome, and returns a function that cancels it. */
export const start =
  (dispatcher: Undici.Dispatcher, queue: (origin: string) => ConnectionQueue, timers: deadlines.Deadlines) =>
  (request: transport.Request, ended: (outcome: Outcome) => void): (() => void) => {
    const exchange = new Exchange(request, dispatcher, queue(undici.originOf(request)), timers, ended)
    return () => exchange.cancel()
  }

/**
 * Sends a request like {@link start}, as an effect. Cancelling it needs no `AbortSignal` per
 * request.
 */
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
