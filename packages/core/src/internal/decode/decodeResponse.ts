/**
 * Decodes the body of a 2xx response. `internal/error/toError.ts` maps every other status to an
 * error, including redirects, which are refused.
 */
import type * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import type { Grant } from "../../Credential.js"
import type * as GlowmarktError from "../../GlowmarktError.js"
import { isSame } from "../../Identifier.js"
import type * as Operation from "../../Operation.js"
import * as toError from "../error/toError.js"
import type * as responseBody from "../transport/responseBody.js"
import type * as transport from "../transport/transport.js"
import { isTruncated } from "./jsonArray.js"
import { redactCredentials } from "./redactCredentials.js"

type Endpoint = HttpApiEndpoint.HttpApiEndpoint.Any

export const isSuccess = (status: number) => status >= 200 && status < 300

// Matches the start of a JSON object or array. "[maintenance]" does not match, so it is not taken
// for truncated JSON.
const beginsAsJson = /^\s*(?:\{\s*(?:"|\}|$)|\[\s*(?:["{[\]\-\d]|true|false|null|$|(?:tr?u?|fa?l?s?|nu?l?)$))/

// A header may contain anything, so errors only quote known media types.
const mediaTypes =
  /^(?:text\/(?:html|plain|xml|css|csv|javascript)|application\/(?:(?:(?:problem|hal|ld|vnd\.api)\+)?json|(?:xhtml\+)?xml|pdf|octet-stream|javascript)|image\/(?:png|gif|jpeg|webp))(?=$|[\s;])/i

const mediaType = (contentType: string | undefined) => mediaTypes.exec(contentType ?? "")?.[0].toLowerCase()

const isJson = /json$/

const notJson = (contentType: string | undefined) => {
  const type = mediaType(contentType)
  return type === undefined || isJson.test(type) ? "the body is not JSON" : `the body is ${type}, not JSON`
}

const parseJson = (
  text: string,
  response: Pick<transport.Response, "contentType">
): Either.Either<unknown, { readonly reason: "NotJson" | "Truncated"; readonly problem: string }> =>
  Either.try({
    try: (): unknown => JSON.parse(text),
    catch: () => {
      if (text.trim() === "") return { reason: "NotJson", problem: "the body is empty" }
      return beginsAsJson.test(text) && isTruncated(text)
        ? { reason: "Truncated", problem: "the JSON is truncated" }
        : { reason: "NotJson", problem: notJson(response.contentType) }
    }
  })

const isDeclined = (json: unknown) => Predicate.hasProperty(json, "valid") && json.valid === false

/**
 * Describes a body of the wrong shape. If it is an error that a server sent with status 200, the
 * message says so instead of naming a field.
 */
const shapeProblem = (json: unknown, problem: string) =>
  isDeclined(json)
    ? 'it reports that the call failed ("valid": false)'
    : Predicate.hasProperty(json, "error")
      ? "it reports that the call failed"
      : problem

/** Describes a body like {@link shapeProblem}, if it has not been parsed yet. */
export const problemOf = (body: string, problem: string): string =>
  Either.match(parseJson(body, { contentType: undefined }), {
    onLeft: () => problem,
    onRight: (json) => shapeProblem(json, problem)
  })

const unreadable: Record<responseBody.Unreadable, string> = {
  TooLarge: "the body exceeds the size limit",
  NotText: "the body is not UTF-8"
}

/** The account that a call is about, and the credentials it is made with. */
export interface Subject {
  readonly accountId: string | undefined
  readonly grant: Grant
}

const idOf = (json: unknown, field: "accountId" | "applicationId"): string | undefined => {
  if (!Predicate.isRecord(json)) return undefined
  const value = json[field]
  return typeof value === "string" && value !== "" ? value : undefined
}

/** Detects a response about another account, which the provider or a cache in between may send. */
const mismatch = (json: unknown, { accountId, grant }: Subject): string | undefined => {
  const account = idOf(json, "accountId")
  if (account !== undefined && accountId !== undefined && !isSame(account, accountId)) {
    return "it is about a different account"
  }
  const application = idOf(json, "applicationId")
  return application !== undefined &&
    "applicationId" in grant &&
    !isSame(application, Redacted.value(grant.applicationId))
    ? "it is for a different application"
    : undefined
}

/** Decodes a response into the operation's result or an error. */
export const decode = <Success>(
  operation: Operation.Operation<Endpoint, Success>,
  state: () => toError.CallState,
  response: transport.Response,
  subject: Subject
): Either.Either<Success, GlowmarktError.GlowmarktError> => {
  const { body, status } = response
  const invalid = (reason: GlowmarktError.InvalidResponse["reason"], problem: string) =>
    Either.left(toError.invalidResponse(state(), response, reason, problem))
  if (!isSuccess(status)) return Either.left(toError.fromResponse(state(), operation.declared, response))
  if (Either.isLeft(body)) return invalid(body.left, unreadable[body.left])
  // An issued token must not be redacted, even if it is the one the call was made with.
  const text = operation.issuesToken ? body.right : redactCredentials(body.right, subject.grant)
  const json = parseJson(text, response)
  if (Either.isLeft(json)) return invalid(json.left.reason, json.left.problem)
  if (operation.rejects && isDeclined(json.right)) return Either.left(toError.rejected(state(), response))
  const result = operation.decode(json.right)
  if (Either.isLeft(result)) return invalid("Shape", shapeProblem(json.right, result.left))
  const problem = mismatch(json.right, subject)
  return problem === undefined ? Either.right(result.right) : invalid("Mismatch", problem)
}
