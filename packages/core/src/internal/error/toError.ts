import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as GlowmarktError from "../../GlowmarktError.js"
import * as base64 from "../credential/base64.js"
import type * as transport from "../transport/transport.js"
import { isSafe, parseJson, redactBody, textsOf, wordsOf } from "./redactBody.js"
import { parseRetryAfter } from "./retryAfter.js"

/** The state of a call when it fails. */
export interface CallState {
  readonly operation: string
  readonly caller: GlowmarktError.Caller
  readonly accountId: string | undefined
  readonly attempts: number
  readonly elapsedMillis: number
  /** Whether an earlier attempt may have been carried out. */
  readonly appliedBefore: boolean
  readonly nowMillis: number
  /** Values that the request contained. None of them may appear in an excerpt. */
  readonly sent: ReadonlyArray<string>
}

/** The error tags that an operation's endpoint declares. */
export type Declared = ReadonlySet<string>

// The number of characters to examine. The start is enough to distinguish kinds of 400, and regular
// expressions are slow on long texts.
const maxText = 200

const errorText = (body: string): { readonly text: string; readonly missing: ReadonlyArray<string> } =>
  Either.match(parseJson(body), {
    onLeft: () => ({ text: "", missing: [] }),
    onRight: (json) => ({
      text: textsOf(json)[0]?.slice(0, maxText) ?? "",
      missing:
        Predicate.hasProperty(json, "missingElements") && Array.isArray(json.missingElements)
          ? json.missingElements.filter(Predicate.isString)
          : []
    })
  })

/** Keeps elements that look like field names, by the same rules as an excerpt. */
const fieldNames = (elements: ReadonlyArray<string>, sent: ReadonlyArray<string>): ReadonlyArray<string> => {
  const sentWords = wordsOf(sent)
  return elements.filter((element) => /^[A-Za-z][\w.]{0,40}$/.test(element) && isSafe(element, sentWords))
}

const missingElements = /^missing elements?\s*-?\s*(.*)$/i

const callOf = (state: CallState) => ({
  operation: state.operation,
  attempts: state.attempts,
  elapsed: Duration.millis(state.elapsedMillis),
  appliedBefore: state.appliedBefore
})

/**
 * Returns the forms in which a response may repeat a credential header: its value or, for HTTP
 * Basic, the encoded pair, the decoded pair and the secret.
 */
export const secretForms = (header: string): ReadonlyArray<string> => {
  if (!header.startsWith("Basic ")) return [header]
  const encoded = header.slice("Basic ".length)
  const pair = Either.getOrElse(base64.decode(encoded), () => "")
  return [encoded, pair, pair.slice(pair.indexOf(":") + 1)]
}

const retryAfterOf = ({ nowMillis }: CallState, { date, retryAfter }: transport.Response) =>
  parseRetryAfter(retryAfter, { date, nowMillis })

const textOf = (response: transport.Response) => Either.getOrElse(response.body, () => "")

const redirect = "a redirect, which is not followed because it would receive the credentials; check the base URL"

/**
 * Returns the error for a response whose status is not 2xx. A 400 becomes an operation-specific
 * error only if the operation declares that error, and a `BadRequest` otherwise.
 */
export const fromResponse = (
  state: CallState,
  declared: Declared,
  response: transport.Response
): Exclude<
  GlowmarktError.GlowmarktError,
  GlowmarktError.Rejected | GlowmarktError.InvalidInput | GlowmarktError.TransportError | GlowmarktError.RequestTimeout
> => {
  const { status } = response
  const common = { ...callOf(state), status, excerpt: redactBody(textOf(response), state.sent) }
  if (status === 401 || status === 403) return new GlowmarktError.AccessDenied({ ...common, caller: state.caller })
  if (status === 429) {
    return new GlowmarktError.RateLimited({
      ...common,
      retryAfter: retryAfterOf(state, response)
    })
  }
  if (status >= 500) {
    return new GlowmarktError.ServerError({
      ...common,
      retryAfter: retryAfterOf(state, response)
    })
  }
  // An HTML page comes from a proxy in front of the API and says nothing about the account.
  if (status === 404 && declared.has("AccountNotFound") && !textOf(response).trimStart().startsWith("<")) {
    return new GlowmarktError.AccountNotFound({
      ...common,
      ...(state.accountId === undefined ? {} : { accountId: state.accountId })
    })
  }
  if (status === 400) {
    const { missing, text } = errorText(textOf(response))
    const named = missingElements.exec(text)
    if (declared.has("MissingElements") && (named !== null || missing.length > 0)) {
      const elements = missing.length > 0 ? missing : (named?.[1]?.split(/[\s,]+/) ?? [])
      return new GlowmarktError.MissingElements({ ...common, elements: fieldNames(elements, state.sent) })
    }
    if (declared.has("IncorrectElements") && /^incorrect elements?/i.test(text)) {
      return new GlowmarktError.IncorrectElements(common)
    }
    if (declared.has("WeakPassword") && /weak .*password/i.test(text)) {
      return new GlowmarktError.WeakPassword(common)
    }
  }
  if (status < 400) {
    return new GlowmarktError.InvalidResponse({
      ...common,
      reason: "Redirect",
      problem: redirect
    })
  }
  return new GlowmarktError.BadRequest({
    ...common,
    retryAfter: retryAfterOf(state, response)
  })
}

/**
 * Returns the error for a redirect that the client tried to follow. The client does not report
 * which 3xx status it was.
 */
export const redirected = (state: CallState): GlowmarktError.InvalidResponse =>
  invalidBody(state, 302, "Redirect", redirect)

export const rejected = (state: CallState, response: transport.Response): GlowmarktError.Rejected =>
  new GlowmarktError.Rejected({
    ...callOf(state),
    status: response.status,
    excerpt: redactBody(textOf(response), state.sent)
  })

export const invalidResponse = (
  state: CallState,
  response: transport.Response,
  reason: GlowmarktError.InvalidResponse["reason"],
  problem: string
): GlowmarktError.InvalidResponse =>
  new GlowmarktError.InvalidResponse({
    ...callOf(state),
    status: response.status,
    excerpt: redactBody(textOf(response), state.sent),
    reason,
    problem
  })

/**
 * Returns the error for an invalid streamed body, like {@link invalidResponse}. `body` is the part
 * of it to quote from.
 */
export const invalidBody = (
  state: CallState,
  status: number,
  reason: GlowmarktError.InvalidResponse["reason"],
  problem: string,
  body = ""
): GlowmarktError.InvalidResponse =>
  new GlowmarktError.InvalidResponse({
    ...callOf(state),
    status,
    excerpt: redactBody(body, state.sent),
    reason,
    problem
  })

export const timeout = (
  state: CallState,
  phase: transport.TimedOut["phase"],
  limitMillis: number
): GlowmarktError.RequestTimeout =>
  new GlowmarktError.RequestTimeout({ ...callOf(state), phase, limit: Duration.millis(Math.round(limitMillis)) })

/** Returns the error for an attempt that could not be sent because the total time was over. */
export const tooLate = (
  state: CallState,
  waitedFor: Exclude<GlowmarktError.RequestTimeout["waitedFor"], "response">,
  limitMillis: number
): GlowmarktError.RequestTimeout =>
  new GlowmarktError.RequestTimeout({
    ...callOf(state),
    stage: waitedFor === "token" ? "signIn" : "call",
    phase: "unsent",
    waitedFor,
    limit: Duration.millis(Math.max(0, Math.round(limitMillis)))
  })

const circuitOpenCode = "CIRCUIT_OPEN"

export const circuitOpen = (
  state: CallState,
  origin: string,
  pause: Duration.Duration
): GlowmarktError.TransportError =>
  new GlowmarktError.TransportError({
    ...callOf(state),
    phase: "unsent",
    code: circuitOpenCode,
    origin,
    retryAfter: Option.some(pause)
  })

/** Returns whether the client itself held the request back. */
export const isUnsentByClient = (error: GlowmarktError.GlowmarktError): boolean =>
  error._tag === "TransportError"
    ? error.code === circuitOpenCode
    : error._tag === "RequestTimeout" && error.waitedFor === "rateLimit"

export const fromTransport = (state: CallState, { _tag, ...failure }: transport.TransportFailure, origin: string) =>
  new GlowmarktError.TransportError({ ...callOf(state), ...failure, origin })
