import { isCertificateRejected } from "../error/tlsCode.js"
import type { TransportFailure } from "./transport.js"

/** Codes of failures that happen before a byte of the request is written. */
const beforeSending = new Set(["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EAI_FAIL", "UND_ERR_CONNECT_TIMEOUT"])

interface SystemFailure {
  readonly code: string
  readonly connecting: boolean
  readonly proxy: string | undefined
}

/**
 * Clients wrap the system's error differently: undici's `fetch` in a `TypeError`, happy eyeballs in
 * an `AggregateError`. This takes the outermost error that has a code.
 */
const systemFailure = (cause: unknown, depth = 0): SystemFailure | undefined => {
  if (typeof cause !== "object" || cause === null || depth > 5) return undefined
  // A custom client may put anything into `code`.
  if ("code" in cause && typeof cause.code === "string" && /^[A-Z][A-Z0-9_]{1,60}$/.test(cause.code)) {
    return {
      code: cause.code,
      connecting: "syscall" in cause && cause.syscall === "connect",
      proxy: "proxy" in cause && typeof cause.proxy === "string" ? cause.proxy : undefined
    }
  }
  if ("cause" in cause) {
    const inner = systemFailure(cause.cause, depth + 1)
    if (inner !== undefined) return inner
  }
  if ("errors" in cause && Array.isArray(cause.errors)) return systemFailure(cause.errors[0], depth + 1)
  return undefined
}

/**
 * Browsers do not tell scripts whether a server cannot be reached or does not allow requests from
 * the page. In both cases `fetch` rejects with the same `TypeError`.
 */
const isHiddenByBrowser = (cause: unknown) =>
  cause instanceof TypeError && ("document" in globalThis || "importScripts" in globalThis)

/** Classifies the failure of a request by the system error behind it. */
export const transportCause = (cause: unknown, otherwise: string): TransportFailure => {
  const failure = systemFailure(cause)
  const code = failure?.code ?? (isHiddenByBrowser(cause) ? "CORS_OR_NETWORK" : otherwise)
  const proxy = failure?.proxy
  const unsent =
    proxy !== undefined || failure?.connecting === true || beforeSending.has(code) || isCertificateRejected(code)
  return {
    _tag: "TransportFailure",
    code,
    phase: unsent ? "unsent" : "sent",
    ...(proxy === undefined ? {} : { proxy })
  }
}

/** Classifies the failure of a response whose body breaks off or cannot be decompressed. */
export const bodyFailure = (cause: unknown): TransportFailure => ({
  ...transportCause(cause, "connection broken"),
  phase: "sent"
})
