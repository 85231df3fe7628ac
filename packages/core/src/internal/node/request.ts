import type { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import { broken as brokenBy } from "../broken.js"
import * as wire from "../wire.js"

/** What undici is told when we have no use for the rest; nobody sees it. */
export const given = new Error("given up")

/** Scheme, host and port; the rest. A base URL always has a path or ends at the host. */
const split = (url: string): readonly [string, string] => {
  const at = url.indexOf("/", url.indexOf("://") + 3)
  return at === -1 ? [url, "/"] : [url.slice(0, at), url.slice(at)]
}

export const options = ({ body, headers, method, url }: wire.Request): Undici.Dispatcher.DispatchOptions => {
  const [origin, path] = split(url)
  return {
    origin,
    path,
    method,
    headers: body === undefined ? headers : { ...headers, "content-type": "application/json" },
    body: body ?? null,
    // Ours bounds all of it, from the queue for a connection to the last byte.
    headersTimeout: 0,
    bodyTimeout: 0
  }
}

/** The value of a header among names and values in turn. */
const valueOf = (raw: ReadonlyArray<Buffer>, name: string): string | undefined => {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.length === name.length && raw[at]?.toString("latin1").toLowerCase() === name) {
      return raw[at + 1]?.toString("latin1")
    }
  }
  return undefined
}

/** What an answer says of itself. */
export interface Head {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly date: string | undefined
  readonly contentType: string | undefined
  readonly announced: number
}

export const noHead: Head = {
  status: 0,
  retryAfter: undefined,
  date: undefined,
  contentType: undefined,
  announced: 0
}

export const head = (status: number, raw: ReadonlyArray<Buffer>): Head => {
  const retryAfter = valueOf(raw, "retry-after")
  return {
    status,
    retryAfter,
    date: retryAfter === undefined ? undefined : valueOf(raw, "date"),
    contentType: valueOf(raw, "content-type"),
    announced: Number(valueOf(raw, "content-length") ?? 0)
  }
}

/** Before undici has a connection to write to, nothing can have arrived. */
export const broken = (error: Error, phase: wire.Broken["phase"]): wire.Broken => {
  const broken = brokenBy(error, "connection broken")
  return broken.code === "UND_ERR_INVALID_ARG" ? wire.unsendable : { ...broken, phase }
}
