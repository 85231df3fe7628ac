/**
 * Asks for confirmation before a run changes anything, and for a typed number before it deletes.
 *
 * @since 0.1.0
 */
import * as Consent from "@effect-glowmarkt/runner/Consent"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Unfinished, UsageError } from "../../exit/CommandError.js"
import { count } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as ReadLine from "../../terminal/ReadLine.js"

/**
 * The options `--yes`, `--delete` and `--deletions N`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConfirmationFlags {
  readonly consent: "given" | "ask"
  readonly deleting: "allowed" | "forbidden"
  readonly deletions: Option.Option<number>
}

/**
 * The changes to confirm. `deletions` is how many of them may make accounts inactive, and `deletes`
 * is a phrase for those.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConfirmationRequest {
  readonly subjects: string
  readonly changes: number
  readonly deletions: number
  readonly deletes: string
}

const declined = new Unfinished({ message: "Nothing was done." })

const digits = (text: string) => text.replace(/[\s,.]/g, "")

const promptForCount = Effect.fnUntraced(function* ({ deletes, deletions }: ConfirmationRequest) {
  yield* Output.note(`This ${deletes}. The API cannot undo it.`)
  const answer = yield* ReadLine.read("To continue, type the number of accounts:", "shown")
  return digits(answer) === String(deletions) ? deletions : yield* declined
})

const countMismatch = ({ deletes, deletions }: ConfirmationRequest, given: number) =>
  new UsageError({
    message: `This ${deletes}, but --deletions is ${count(given)}. Nothing was done.\nCheck the plan, then pass --deletions ${deletions}.`
  })

const forDeletions = Effect.fnUntraced(function* (request: ConfirmationRequest, flags: ConfirmationFlags) {
  const { deletes, deletions } = request
  if (flags.deleting === "forbidden") {
    return yield* new UsageError({
      message: `This ${deletes}. The API cannot undo it. Nothing was done.\nPass --delete to allow it.`
    })
  }
  if (Option.isSome(flags.deletions) && flags.deletions.value !== deletions) {
    return yield* countMismatch(request, flags.deletions.value)
  }
  if (flags.consent === "given" && Option.isSome(flags.deletions)) return Consent.deletions(deletions)
  const { kind } = yield* Prompt.Input
  if (kind === "terminal") return Consent.deletions(yield* promptForCount(request))
  return yield* new UsageError({
    message: `This ${deletes}, and there is no terminal to type the number.\nPass --yes --deletions ${deletions} to confirm.`
  })
})

const forChanges = Effect.fnUntraced(function* (
  { changes, subjects }: ConfirmationRequest,
  { consent }: ConfirmationFlags
) {
  const none = Consent.deletions(0)
  if (changes === 0 || consent === "given") return none
  return (yield* Prompt.consent(`Change ${count(changes)} ${subjects}?`)) ? none : yield* declined
})

/**
 * Gets the consent from the options or from the person at the terminal. Fails if it is not given.
 *
 * @since 0.1.0
 * @category running
 */
export const getConsent = (request: ConfirmationRequest, flags: ConfirmationFlags) =>
  request.deletions > 0 ? forDeletions(request, flags) : forChanges(request, flags)
