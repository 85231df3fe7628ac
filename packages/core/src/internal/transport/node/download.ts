import type { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as contentEncoding from "../contentEncoding.js"
import type * as deadlines from "../deadlines.js"
import * as responseBody from "../responseBody.js"
import * as transport from "../transport.js"
import { bodyFailure } from "../transportCause.js"
import type { ConnectionQueue, Queued } from "./connectionQueue.js"
import * as undici from "./request.js"

/** How much is buffered before the client stops reading from the socket. */
const highWaterBytes = 256 * 1024

type Failure = transport.TransportFailure | transport.TimedOut
type Ending = Option.Option<Failure>

/**
 * A response that is read while it arrives. The request's timeout applies to each wait for the next part.
 */
class Download implements Undici.Dispatcher.DispatchHandler, deadlines.Timed, Queued {
  deadline = 0
  position: number | undefined = undefined
  head = undici.noHead
  private abort: ((error: Error) => void) | undefined = undefined
  private resume = () => {}
  private chunks: Array<Buffer> = []
  private size = 0
  private ending: Option.Option<Ending> = Option.none()
  private onChange: (() => void) | undefined = undefined

  constructor(
    private readonly request: transport.Request,
    private readonly dispatcher: Undici.Dispatcher,
    private readonly queue: ConnectionQueue,
    private readonly timers: deadlines.Deadlines
  ) {
    queue.enqueue(this)
  }

  isOver(): boolean {
    return Option.isSome(this.ending)
  }

  dispatch(): void {
    try {
      this.dispatcher.dispatch(undici.options(this.request), this)
    } catch {
      this.end(Option.some(transport.invalidRequest))
      this.queue.release()
    }
  }

  private phase(): Failure["phase"] {
    return this.abort === undefined ? "unsent" : "sent"
  }

  private wake(): void {
    const { onChange } = this
    this.stopWaiting()
    onChange?.()
  }

  private end(ending: Ending): void {
    if (Option.isNone(this.ending)) this.ending = Option.some(ending)
    this.wake()
  }

  /** Calls back once, at the next chunk or at the end. */
  wait(onChange: () => void): void {
    this.onChange = onChange
    this.deadline = performance.now() + this.request.timeoutMillis
    this.timers.add(this)
  }

  stopWaiting(): void {
    this.onChange = undefined
    this.timers.remove(this)
  }

  /** Returns the buffered chunks or the end, or undefined if neither has arrived. */
  takeChunks(): Effect.Effect<Chunk.Chunk<Uint8Array>, Ending> | undefined {
    if (this.chunks.length > 0) {
      const taken = this.chunks
      this.chunks = []
      this.size = 0
      this.resume()
      return Effect.succeed(Chunk.unsafeFromArray(taken))
    }
    return Option.isSome(this.ending) ? Effect.fail(this.ending.value) : undefined
  }

  /** Returns the status and headers or the failure, or undefined if neither has arrived. */
  takeHead(): Effect.Effect<undici.Head, Failure> | undefined {
    if (this.head !== undici.noHead) return Effect.succeed(this.head)
    return Option.isSome(this.ending)
      ? Effect.fail(Option.getOrElse(this.ending.value, () => transport.invalidRequest))
      : undefined
  }

  expire(): void {
    this.end(Option.some(transport.timedOut[this.phase()]))
    this.abort?.(undici.cancelled)
  }

  cancel(): void {
    this.stopWaiting()
    if (Option.isSome(this.ending)) return
    this.ending = Option.some(Option.none())
    this.abort?.(undici.cancelled)
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort
    if (Option.isSome(this.ending)) abort(undici.cancelled)
  }

  onHeaders(status: number, headers: Array<Buffer>, resume: () => void): boolean {
    if (status < 200) return true
    this.head = undici.head(status, headers)
    this.resume = resume
    this.wake()
    return true
  }

  onData(chunk: Buffer): boolean {
    this.chunks.push(chunk)
    this.size += chunk.length
    this.wake()
    return this.size < highWaterBytes
  }

  onComplete(): void {
    this.end(Option.none())
    this.queue.release()
  }

  onError(error: Error): void {
    this.end(Option.some(undici.failureOf(error, this.phase())))
    this.queue.release()
  }
}

/** Waits until `poll` returns a result. */
const until = <A, E>(download: Download, poll: () => Effect.Effect<A, E> | undefined): Effect.Effect<A, E> =>
  Effect.suspend(
    () =>
      poll() ??
      Effect.async<A, E>((resume) => {
        download.wait(() => resume(until(download, poll)))
        return Effect.sync(() => download.stopWaiting())
      })
  )

/** Streams a response. A reader that does not pull slows the server down by back pressure. */
export const stream =
  (
    dispatcher: Undici.Dispatcher,
    queue: (origin: string) => ConnectionQueue,
    timers: deadlines.Deadlines
  ): transport.Transport["stream"] =>
  (request) =>
    Effect.flatMap(Clock.currentTimeMillis, (startedMillis) => {
      const download = new Download(request, dispatcher, queue(undici.originOf(request)), timers)
      const cancel = Effect.sync(() => download.cancel())
      const chunks = until(download, () => download.takeChunks())
      const received: transport.StreamingResponse["pull"] = Effect.as(
        Effect.addFinalizer(() => cancel),
        chunks
      )
      return until(download, () => download.takeHead()).pipe(
        Effect.map(({ contentEncoding: header, contentType, date, retryAfter, status }) => {
          const pull = contentEncoding.isEncoded(header)
            ? Stream.toPull(contentEncoding.decode(header, Stream.fromPull(received), bodyFailure))
            : received
          return {
            status,
            pull,
            readAll: transport.withinDeadline(
              request,
              startedMillis,
              Effect.map(
                responseBody.collect(Stream.fromPull(pull), request.maxBodyBytes),
                (text): transport.Response => ({ status, retryAfter, date, contentType, body: text })
              )
            )
          }
        }),
        Effect.onInterrupt(() => cancel)
      )
    })
