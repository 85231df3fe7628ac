import type { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import { memoize } from "../../call/memoize.js"
import * as transport from "../transport.js"
import { transportCause } from "../transportCause.js"

/** The reason undici requires for an abort. No caller sees it. */
export const cancelled = new Error("cancelled")

/** Splits a URL into origin and path. */
const split = (url: string): readonly [string, string] => {
  const at = url.indexOf("/", url.indexOf("://") + 3)
  return at === -1 ? [url, "/"] : [url.slice(0, at), url.slice(at)]
}

/**
 * Headers as a flat list of names and values. All requests of an operation share one headers
 * object, and undici's proxy agent would modify it, but copies a list first.
 */
const listsOf = memoize((headers: transport.Request["headers"]) => {
  const withoutBody = Object.entries({ ...headers, "accept-encoding": "identity" }).flat()
  return { withoutBody, withBody: [...withoutBody, "content-type", "application/json"] }
})

export const originOf = ({ url }: transport.Request): string => split(url)[0]

export const options = ({ body, headers, method, url }: transport.Request): Undici.Dispatcher.DispatchOptions => {
  const [origin, path] = split(url)
  const { withBody, withoutBody } = listsOf(headers)
  return {
    origin,
    path,
    method,
    headers: body === undefined ? withoutBody : withBody,
    body: body ?? null,
    // The request's own deadline covers everything from the connection queue to the last byte.
    headersTimeout: 0,
    bodyTimeout: 0
  }
}

/** Finds a header in a flat list of names and values. */
const valueOf = (raw: ReadonlyArray<Buffer>, name: string): string | undefined => {
  for (let at = 0; at + 1 < raw.length; at += 2) {
    if (raw[at]?.length === name.length && raw[at]?.toString("latin1").toLowerCase() === name) {
      return raw[at + 1]?.toString("latin1")
    }
  }
  return undefined
}

/** The status, and the headers that the client uses. */
export interface Head {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly date: string | undefined
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
  readonly contentLength: number
}

export const noHead: Head = {
  status: 0,
  retryAfter: undefined,
  date: undefined,
  contentType: undefined,
  contentEncoding: undefined,
  contentLength: 0
}

export const head = (status: number, raw: ReadonlyArray<Buffer>): Head => {
  const retryAfter = valueOf(raw, "retry-after")
  return {
    status,
    retryAfter,
    date: retryAfter === undefined ? undefined : valueOf(raw, "date"),
    contentType: valueOf(raw, "content-type"),
    contentEncoding: valueOf(raw, "content-encoding"),
    contentLength: Number(valueOf(raw, "content-length") ?? 0)
  }
}

/**
 * Takes the phase from the caller, which knows whether undici had a connection. The error code does
 * not tell the phases apart.
 */
export const failureOf = (error: Error, phase: transport.TransportFailure["phase"]): transport.TransportFailure => {
  // Parser errors do not always have a code.
  const failure = transportCause(error, error.name === "HTTPParserError" ? error.name : "connection broken")
  return failure.code === "UND_ERR_INVALID_ARG" ? transport.invalidRequest : { ...failure, phase }
}
