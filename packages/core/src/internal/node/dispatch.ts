import { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import * as Either from "effect/Either"
import * as body from "../body.js"
import * as wire from "../wire.js"
import type * as deadlines from "./deadlines.js"

// What undici is told when we have no use for the rest; nobody sees it.
const given = new Error("given up")

/** The value of the header among names and values in turn. All that are looked for have a name of a length of their own. */
const header = (raw: ReadonlyArray<Buffer>, name: string): string | undefined => {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.length === name.length && raw[at]?.toString("latin1").toLowerCase() === name) {
      return raw[at + 1]?.toString("latin1")
    }
  }
  return undefined
}

/** Scheme, host and port; the rest. A base URL always has a path or ends at the host. */
const split = (url: string): readonly [string, string] => {
  const at = url.indexOf("/", url.indexOf("://") + 3)
  return at === -1 ? [url, "/"] : [url.slice(0, at), url.slice(at)]
}

/**
 * One request under way: collects the answer, and says exactly once how it ended.
 *
 * These are the handlers that undici 7 itself works with. It calls them
 * deprecated, and adapts the new ones to them with four objects a request. Fields
 * are private by their type only: `#` costs more than the rest of the object.
 */
class Exchange implements Undici.Dispatcher.DispatchHandler, deadlines.Timed {
  readonly deadline: number
  private readonly ended: (outcome: wire.Outcome) => void
  private readonly request: wire.Request
  private readonly timers: ReturnType<typeof deadlines.make>
  private abort: ((error: Error) => void) | undefined = undefined
  private over = false
  private status = 0
  private retryAfter: string | undefined = undefined
  private contentType: string | undefined = undefined
  private readonly chunks: Array<Buffer> = []
  private size = 0

  constructor(
    request: wire.Request,
    timers: ReturnType<typeof deadlines.make>,
    ended: (outcome: wire.Outcome) => void
  ) {
    this.ended = ended
    this.request = request
    this.timers = timers
    this.deadline = performance.now() + request.patienceMillis
    timers.add(this)
  }

  /** Before undici has a connection to write to, nothing can have arrived. */
  private phase(): "sent" | "unsent" {
    return this.abort === undefined ? "unsent" : "sent"
  }

  private end(outcome: wire.Outcome): void {
    if (this.over) return
    this.over = true
    this.timers.remove(this)
    this.ended(outcome)
  }

  private answer(text: Either.Either<string, body.Unreadable>): void {
    this.end(
      Either.right({ status: this.status, retryAfter: this.retryAfter, contentType: this.contentType, body: text })
    )
  }

  send(dispatcher: Undici.Dispatcher): void {
    if (this.over) return
    const { body, headers, method, url } = this.request
    const [origin, path] = split(url)
    try {
      dispatcher.dispatch(
        {
          origin,
          path,
          method,
          headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
          body: body ?? null,
          // Ours bounds all of it, from the queue for a connection to the last byte.
          headersTimeout: 0,
          bodyTimeout: 0
        },
        this
      )
    } catch {
      // What undici refuses to send, such as a header with a line break, it will refuse again.
      this.end(Either.left(wire.unsendable))
    }
  }

  expire(): void {
    this.end(Either.left(wire.timedOut[this.phase()]))
    this.abort?.(given)
  }

  /** The caller has no use for an answer any more: the connection goes, too. */
  cancel(): void {
    this.over = true
    this.timers.remove(this)
    this.abort?.(given)
  }

  onConnect(abort: (error?: Error) => void): void {
    this.abort = abort
    if (this.over) abort(given)
  }

  onHeaders(status: number, headers: Array<Buffer>): boolean {
    // 100 Continue and its like are followed by the answer proper.
    if (status < 200) return true
    this.status = status
    this.retryAfter = header(headers, "retry-after")
    this.contentType = header(headers, "content-type")
    const announced = header(headers, "content-length")
    if (announced !== undefined && Number(announced) > this.request.maxBodyBytes) this.refuse()
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
    const broken = wire.broken(error, "connection broken")
    this.end(Either.left(broken.code === "UND_ERR_INVALID_ARG" ? wire.unsendable : { ...broken, phase: this.phase() }))
  }

  private refuse(): void {
    this.answer(Either.left("TooLarge"))
    this.abort?.(given)
  }
}

/**
 * Sends by undici's `dispatch`: a cancelled request closes its connection without an `AbortSignal` for each.
 *
 * What is to be sent goes out together, once all answers that have arrived are
 * read: reading and writing in turn, one by one, costs a tenth of the throughput.
 */
export const start = (dispatcher: Undici.Dispatcher, timers: ReturnType<typeof deadlines.make>): wire.Start => {
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
