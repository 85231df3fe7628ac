import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as GlowmarktError from "../../GlowmarktError.js"
import type * as transport from "../transport/transport.js"
import { redactBody } from "./redactBody.js"
import { parseRetryAfter } from "./retryAfter.js"
import { isKnown, wordsOf } from "./safeWords.js"

/** What is known of a call at the moment it fails. */
export interface CallState {
  readonly operation: string
  readonly caller: GlowmarktError.Caller
  readonly accountId: string | undefined
  readonly attempts: number
  readonly elapsedMillis: number
  /** Whether an earlier attempt may have been carried out. */
  readonly appliedBefore: boolean
  readonly nowMillis: number
  /** The values that the request carried: none of them may come back in an excerpt. */
  readonly sent: ReadonlyArray<string>
}

/** The error tags that an operation's endpoint declares. */
export type Declared = ReadonlySet<string>

// Every shape of an error body that was documented or seen: {"error": text},
// {"error": {"message": text}}, {"message": text}, {"error", "description"}, {"error", "missingElements"}.
const Text = Schema.optionalWith(Schema.String, { nullable: true })
const ErrorBody = Schema.Struct({
  error: Schema.optionalWith(Schema.Union(Schema.String, Schema.Struct({ message: Text })), { nullable: true }),
  message: Text,
  description: Text,
  missingElements: Schema.optionalWith(Schema.Array(Schema.String), { nullable: true })
})
const decodeErrorBody = Schema.decodeUnknownEither(Schema.parseJson(ErrorBody))

// What tells one 400 from another stands at the beginning, and patterns take their time over long texts.
const telling = 200

const said = (body: string): { readonly text: string; readonly missing: ReadonlyArray<string> } =>
  Either.match(decodeErrorBody(body), {
    onLeft: () => ({ text: "", missing: [] }),
    onRight: ({ description, error, message, missingElements }) => ({
      text: ((typeof error === "string" ? error : error?.message) ?? message ?? description ?? "").slice(0, telling),
      missing: missingElements ?? []
    })
  })

/** The names of fields among these: of words as in an excerpt, and without what was sent. */
const fieldNames = (elements: ReadonlyArray<string>, sent: ReadonlyArray<string>): ReadonlyArray<string> => {
  const carried = wordsOf(sent)
  return elements.filter((element) => /^[A-Za-z][\w.]{0,40}$/.test(element) && isKnown(element, carried))
}

const missingElements = /^missing elements?\s*-?\s*(.*)$/i

const callOf = (state: CallState) => ({
  operation: state.operation,
  attempts: state.attempts,
  elapsed: Duration.millis(state.elapsedMillis),
  appliedBefore: state.appliedBefore
})

/**
 * What an answer may quote of a request's header: its value; for Basic, the
 * encoded pair, the pair, and the secret.
 */
export const secretForms = (header: string): ReadonlyArray<string> => {
  if (!header.startsWith("Basic ")) return [header]
  const encoded = header.slice("Basic ".length)
  const pair = Either.getOrElse(Encoding.decodeBase64String(encoded), () => "")
  return [encoded, pair, pair.slice(pair.indexOf(":") + 1)]
}

const askedOf = ({ nowMillis }: CallState, { date, retryAfter }: transport.Response) =>
  parseRetryAfter(retryAfter, { date, nowMillis })

const textOf = (answer: transport.Response) => Either.getOrElse(answer.body, () => "")

const redirect = "a redirect, which is not followed because it would receive the credentials; check the base URL"

/**
 * The member of the family for an answer whose status is not 2xx. A 400 becomes
 * one of the specific members only where the operation declares it; elsewhere
 * it is a `BadRequest` with the provider's words.
 */
export const fromAnswer = (
  state: CallState,
  declared: Declared,
  answer: transport.Response
): Exclude<
  GlowmarktError.GlowmarktError,
  GlowmarktError.Rejected | GlowmarktError.InvalidInput | GlowmarktError.TransportError | GlowmarktError.RequestTimeout
> => {
  const { status } = answer
  const common = { ...callOf(state), status, excerpt: redactBody(textOf(answer), state.sent) }
  if (status === 401 || status === 403) return new GlowmarktError.AccessDenied({ ...common, caller: state.caller })
  if (status === 429) {
    return new GlowmarktError.RateLimited({
      ...common,
      retryAfter: askedOf(state, answer)
    })
  }
  if (status >= 500) {
    return new GlowmarktError.ServerError({
      ...common,
      retryAfter: askedOf(state, answer)
    })
  }
  // A page in HTML comes from something that stands before the API, and says nothing of an account.
  if (status === 404 && declared.has("AccountNotFound") && !textOf(answer).trimStart().startsWith("<")) {
    return new GlowmarktError.AccountNotFound({
      ...common,
      ...(state.accountId === undefined ? {} : { accountId: state.accountId })
    })
  }
  if (status === 400) {
    const { missing, text } = said(textOf(answer))
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
    retryAfter: askedOf(state, answer)
  })
}

/** The same of one that a client was about to follow. Which of the redirects it was, it does not tell. */
export const redirected = (state: CallState): GlowmarktError.InvalidResponse =>
  invalidBody(state, 302, "Redirect", redirect)

export const rejected = (state: CallState, answer: transport.Response): GlowmarktError.Rejected =>
  new GlowmarktError.Rejected({
    ...callOf(state),
    status: answer.status,
    excerpt: redactBody(textOf(answer), state.sent)
  })

export const invalidResponse = (
  state: CallState,
  answer: transport.Response,
  reason: GlowmarktError.InvalidResponse["reason"],
  problem: string
): GlowmarktError.InvalidResponse =>
  new GlowmarktError.InvalidResponse({
    ...callOf(state),
    status: answer.status,
    excerpt: redactBody(textOf(answer), state.sent),
    reason,
    problem
  })

/** The same of a body that was read piece by piece: `body` is what there is left of it to quote. */
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

/** The time for all attempts is over before this one could be sent. */
export const tooLate = (
  state: CallState,
  waitedFor: Exclude<GlowmarktError.RequestTimeout["waitedFor"], "answer">,
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

/** A request that the circuit breaker kept back. */
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

/** Whether it was this client that did not send the request. */
export const isUnsentByClient = (error: GlowmarktError.GlowmarktError): boolean =>
  error._tag === "TransportError"
    ? error.code === circuitOpenCode
    : error._tag === "RequestTimeout" && error.waitedFor === "turn"

/** A failure of the transport. */
export const fromTransport = (state: CallState, { _tag, ...failure }: transport.TransportFailure, origin: string) =>
  new GlowmarktError.TransportError({ ...callOf(state), ...failure, origin })
