/** Maps the errors of PostgreSQL and its driver to the reasons of a `RunStoreError`. */
import { RunStoreError } from "@effect-glowmarkt/runner"
import * as Predicate from "effect/Predicate"

type Reason = RunStoreError.Reason

// https://www.postgresql.org/docs/current/errcodes-appendix.html; a key of two characters matches a
// whole class of codes.
const states: ReadonlyArray<readonly [prefix: string, reason: Reason, detail: string]> = [
  ["08", "unreachable", "the connection failed"],
  ["57P", "unreachable", "the server is stopping or starting"],
  ["53300", "unreachable", "the server has no connections left"],
  ["53100", "full", "the disk of the database is full"],
  ["28", "accessDenied", "the user or password was refused"],
  ["3D000", "cannotOpen", "there is no such database"],
  ["42501", "accessDenied", "the user lacks a privilege"]
]

const networkCodes = ["ECONNREFUSED", "ECONNRESET", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "EPIPE", "EHOSTUNREACH"]

// The driver reports a lost connection without a code.
const lostConnection = /connection terminated|connection error|not queryable|connection timed out|timeout exceeded/i

const innermost = (error: unknown): unknown =>
  Predicate.hasProperty(error, "cause") && error.cause !== undefined && error.cause !== null
    ? innermost(error.cause)
    : error

/**
 * Returns the code of an error. For a host with several addresses, Node reports an
 * `AggregateError`, which contains the errors with the codes.
 */
const codeOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0])
  return Predicate.hasProperty(error, "code") ? String(error.code) : ""
}

/** Whether a statement failed because its row was already stored. */
export const isDuplicate = (error: unknown): boolean => codeOf(innermost(error)) === "23505"

/**
 * Maps an error. The result has only the code and our own words, because PostgreSQL's messages can
 * quote parameters and the driver's can quote the URL.
 */
export const toRunStoreError =
  (location: string) =>
  (error: unknown): RunStoreError.RunStoreError => {
    if (error instanceof RunStoreError.RunStoreError) return error
    const origin = innermost(error)
    const code = codeOf(origin)
    const make = (reason: Reason, detail: string) =>
      new RunStoreError.RunStoreError({ reason, file: location, detail: code === "" ? detail : `${detail}, ${code}` })
    if (networkCodes.includes(code)) return make("unreachable", "the server cannot be reached")
    const known = states.find(([prefix]) => code.startsWith(prefix))
    if (known !== undefined) return make(known[1], known[2])
    const message = Predicate.hasProperty(origin, "message") ? String(origin.message) : ""
    return lostConnection.test(message)
      ? make("unreachable", "the connection was lost")
      : make("other", "the database refused a statement")
  }
