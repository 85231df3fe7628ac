import { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import * as Either from "effect/Either"
import * as body from "../body.js"
import * as wire from "../wire.js"
import type * as deadlines from "./deadlines.js"

// What undici is told when we have no use for the rest; nobody sees it.
const given = new Error("given up")

const single = (header: string | Array<string> | undefined) => (Array.isArray(header) ? header[0] : header)

/** One request under way: collects the answer, and says exactly once how it ended. */
class Exchange implements Undici.Dispatcher.DispatchHandler, deadlines.Timed {
  readonly deadline: number
  readonly #ended: (outcome: wire.Outcome) => void
  readonly #maxBodyBytes: number
  readonly #deadlines: ReturnType<typeof deadlines.make>
  #controller: Undici.Dispatcher.DispatchController | undefined
  #over = false
  #status = 0
  #retryAfter: string | undefined
  #contentType: string | undefined
  #chunks: Array<Buffer> = []
  #size = 0

  constructor(
    request: wire.Request,
    timers: ReturnType<typeof deadlines.make>,
    ended: (outcome: wire.Outcome) => void
  ) {
    this.#ended = ended
    this.#maxBodyBytes = request.maxBodyBytes
    this.#deadlines = timers
    this.deadline = performance.now() + request.patienceMillis
    timers.add(this)
  }

  /** Before undici has a connection to write to, nothing can have arrived. */
  get #phase() {
    return this.#controller === undefined ? "unsent" : "sent"
  }

  #end(outcome: wire.Outcome): void {
    if (this.#over) return
    this.#over = true
    this.#deadlines.remove(this)
    this.#ended(outcome)
  }

  #answer(text: Either.Either<string, body.Unreadable>): void {
    this.#end(
      Either.right({
        status: this.#status,
        retryAfter: this.#retryAfter,
        contentType: this.#contentType,
        body: text
      })
    )
  }

  expire(): void {
    this.#end(Either.left(wire.timedOut[this.#phase]))
    this.#controller?.abort(given)
  }

  /** The caller has no use for an answer any more: the connection goes, too. */
  cancel(): void {
    this.#over = true
    this.#deadlines.remove(this)
    this.#controller?.abort(given)
  }

  onRequestStart(controller: Undici.Dispatcher.DispatchController): void {
    this.#controller = controller
    if (this.#over) controller.abort(given)
  }

  onResponseStart(
    controller: Undici.Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | Array<string> | undefined>
  ): void {
    // 100 Continue and its like are followed by the answer proper.
    if (status < 200) return
    this.#status = status
    this.#retryAfter = single(headers["retry-after"])
    this.#contentType = single(headers["content-type"])
    const announced = single(headers["content-length"])
    if (announced !== undefined && Number(announced) > this.#maxBodyBytes) this.#refuse(controller)
  }

  onResponseData(controller: Undici.Dispatcher.DispatchController, chunk: Buffer): void {
    this.#size += chunk.length
    if (this.#size > this.#maxBodyBytes) this.#refuse(controller)
    else this.#chunks.push(chunk)
  }

  onResponseEnd(): void {
    const [first, second] = this.#chunks
    this.#answer(body.asText(first !== undefined && second === undefined ? first : Buffer.concat(this.#chunks)))
  }

  onResponseError(_: Undici.Dispatcher.DispatchController, error: Error): void {
    const broken = wire.broken(error, "connection broken")
    this.#end(Either.left(broken.code === "UND_ERR_INVALID_ARG" ? wire.unsendable : { ...broken, phase: this.#phase }))
  }

  #refuse(controller: Undici.Dispatcher.DispatchController): void {
    this.#answer(Either.left("TooLarge"))
    controller.abort(given)
  }
}

/** Scheme, host and port; the rest. A base URL always has a path or ends at the host. */
const split = (url: string): readonly [string, string] => {
  const at = url.indexOf("/", url.indexOf("://") + 3)
  return at === -1 ? [url, "/"] : [url.slice(0, at), url.slice(at)]
}

/** Sends by undici's `dispatch`: a cancelled request closes its connection without an `AbortSignal` for each. */
export const start =
  (dispatcher: Undici.Dispatcher, timers: ReturnType<typeof deadlines.make>): wire.Start =>
  (request, ended) => {
    const exchange = new Exchange(request, timers, ended)
    const [origin, path] = split(request.url)
    try {
      dispatcher.dispatch(
        {
          origin,
          path,
          method: request.method,
          headers:
            request.body === undefined ? request.headers : { ...request.headers, "content-type": "application/json" },
          body: request.body ?? null,
          // Ours bounds all of it, from the queue for a connection to the last byte.
          headersTimeout: 0,
          bodyTimeout: 0
        },
        exchange
      )
    } catch {
      exchange.cancel()
      // What undici refuses to send, such as a header with a line break, it will refuse again.
      ended(Either.left(wire.unsendable))
    }
    return () => exchange.cancel()
  }
