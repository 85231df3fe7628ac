import type { Buffer } from "node:buffer"
import type * as Undici from "@effect/platform-node/Undici"
import * as transport from "../transport.js"
import { transportCause } from "../transportCause.js"

/** The reason undici requires for an abort. No caller sees it. */
export const cancelled = new Error("cancelled")

/** Scheme, host and port; the rest. A base URL always has a path or ends at the host. */
const split = (url: string): readonly [string, string] => {
  const at = url.indexOf("/", url.indexOf("://") + 3)
  return at === -1 ? [url, "/"] : [url.slice(0, at), url.slice(at)]
}

type Headers = transport.Request["headers"]

interface Lists {
  readonly withoutBody: Array<string>
  readonly withBody: Array<string>
}

/**
 * Names and values in turn. The pipeline has one object for all requests of an
 * operation and a caller, and a proxy agent of undici writes into such an object;
 * a list it copies.
 */
const lists = new WeakMap<Headers, Lists>()

const listsOf = (headers: Headers): Lists => {
  const known = lists.get(headers)
  if (known !== undefined) return known
  const withoutBody = Object.entries({ ...headers, "accept-encoding": "identity" }).flat()
  const made = { withoutBody, withBody: [...withoutBody, "content-type", "application/json"] }
  lists.set(headers, made)
  return made
}

/** The server that a request goes to. */
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
  readonly contentEncoding: string | undefined
  readonly announced: number
}

export const noHead: Head = {
  status: 0,
  retryAfter: undefined,
  date: undefined,
  contentType: undefined,
  contentEncoding: undefined,
  announced: 0
}

export const head = (status: number, raw: ReadonlyArray<Buffer>): Head => {
  const retryAfter = valueOf(raw, "retry-after")
  return {
    status,
    retryAfter,
    date: retryAfter === undefined ? undefined : valueOf(raw, "date"),
    contentType: valueOf(raw, "content-type"),
    contentEncoding: valueOf(raw, "content-encoding"),
    announced: Number(valueOf(raw, "content-length") ?? 0)
  }
}

/** The caller knows the phase better than the error code does: whether undici had a connection yet. */
export const failureOf = (error: Error, phase: transport.TransportFailure["phase"]): transport.TransportFailure => {
  // Parser errors do not always have a code.
  const failure = transportCause(error, error.name === "HTTPParserError" ? error.name : "connection broken")
  return failure.code === "UND_ERR_INVALID_ARG" ? transport.invalidRequest : { ...failure, phase }
}
