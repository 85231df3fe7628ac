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
import type { ConnectionQueue, Waiting } from "./connectionQueue.js"
import * as undici from "./request.js"

/** So much may wait to be taken before the server is made to wait. */
const highWaterBytes = 256 * 1024

type Failure = transport.TransportFailure | transport.TimedOut
type Ending = Option.Option<Failure>

/** One answer that is taken as it arrives. Who waits for a part of it is called back; nobody waits for ever. */
class Download implements Undici.Dispatcher.DispatchHandler, deadlines.Timed, Waiting {
  deadline = 0
  head = undici.noHead
  private abort: ((error: Error) => void) | undefined = undefined
  private resume = () => {}
  private pieces: Array<Buffer> = []
  private size = 0
  private ending: Option.Option<Ending> = Option.none()
  private waiting: (() => void) | undefined = undefined

  constructor(
    private readonly request: transport.Request,
    private readonly dispatcher: Undici.Dispatcher,
    private readonly queue: ConnectionQueue,
    private readonly timers: deadlines.Deadlines
  ) {
    queue.enter(this)
  }

  isOver(): boolean {
    return Option.isSome(this.ending)
  }

  go(): void {
    try {
      this.dispatcher.dispatch(undici.options(this.request), this)
    } catch {
      this.end(Option.some(transport.invalidRequest))
      this.queue.leave()
    }
  }

  private phase(): Failure["phase"] {
    return this.abort === undefined ? "unsent" : "sent"
  }

  private wake(): void {
    const { waiting } = this
    this.stopWaiting()
    waiting?.()
  }

  private end(ending: Ending): void {
    if (Option.isNone(this.ending)) this.ending = Option.some(ending)
    this.wake()
  }

  /** Calls back once when there is more of it, or no more of it. */
  wait(waiting: () => void): void {
    this.waiting = waiting
    this.deadline = performance.now() + this.request.timeoutMillis
    this.timers.add(this)
  }

  stopWaiting(): void {
    this.waiting = undefined
    this.timers.remove(this)
  }

  /** What has come and was not taken, or how it ended, or neither yet. */
  take(): Effect.Effect<Chunk.Chunk<Uint8Array>, Ending> | undefined {
    if (this.pieces.length > 0) {
      const taken = this.pieces
      this.pieces = []
      this.size = 0
      this.resume()
      return Effect.succeed(Chunk.unsafeFromArray(taken))
    }
    return Option.isSome(this.ending) ? Effect.fail(this.ending.value) : undefined
  }

  /** Its head, or why there is none. */
  begun(): Effect.Effect<undici.Head, Failure> | undefined {
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

  onData(piece: Buffer): boolean {
    this.pieces.push(piece)
    this.size += piece.length
    this.wake()
    return this.size < highWaterBytes
  }

  onComplete(): void {
    this.end(Option.none())
    this.queue.leave()
  }

  onError(error: Error): void {
    this.end(Option.some(undici.failureOf(error, this.phase())))
    this.queue.leave()
  }
}

/** Waits until `look` sees something. */
const until = <A, E>(download: Download, look: () => Effect.Effect<A, E> | undefined): Effect.Effect<A, E> =>
  Effect.suspend(
    () =>
      look() ??
      Effect.async<A, E>((resume) => {
        download.wait(() => resume(until(download, look)))
        return Effect.sync(() => download.stopWaiting())
      })
  )

/** Opens a body by undici's `dispatch`. The server waits while nobody takes it; whoever waits for it does so in time. */
export const open =
  (
    dispatcher: Undici.Dispatcher,
    queue: (origin: string) => ConnectionQueue,
    timers: deadlines.Deadlines
  ): transport.Transport["stream"] =>
  (request) =>
    Effect.flatMap(Clock.currentTimeMillis, (startedMillis) => {
      const download = new Download(request, dispatcher, queue(undici.originOf(request)), timers)
      const cancel = Effect.sync(() => download.cancel())
      const pieces = until(download, () => download.take())
      const received: transport.StreamingResponse["pull"] = Effect.as(
        Effect.addFinalizer(() => cancel),
        pieces
      )
      return until(download, () => download.begun()).pipe(
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
