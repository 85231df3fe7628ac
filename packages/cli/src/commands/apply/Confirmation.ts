/**
 * Asking before a run changes anything, and asking for more than a yes before it deletes.
 *
 * @since 0.1.0
 */
import { Consent } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Unfinished, UsageError } from "../../exit/CommandError.js"
import { count } from "../../terminal/Format.js"
import * as Output from "../../terminal/Output.js"
import * as Prompt from "../../terminal/Prompt.js"
import * as ReadLine from "../../terminal/ReadLine.js"

/**
 * What was said on the command line: `--yes`, `--delete` and `--deletions N`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Said {
  readonly consent: "given" | "ask"
  readonly deleting: "allowed" | "forbidden"
  readonly deletions: Option.Option<number>
}

/**
 * What consent is for: so many changes, of which some may make accounts inactive. `deletes` says in words what that is.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted {
  readonly subjects: string
  readonly changes: number
  readonly deletions: number
  readonly deletes: string
}

const nothingDone = new Unfinished({ message: "Nothing was done." })

const digits = (text: string) => text.replace(/[\s,.]/g, "")

const typed = Effect.fnUntraced(function* ({ deletes, deletions }: Wanted) {
  yield* Output.note(`This ${deletes}, and the API has no call to undo it.`)
  const answer = yield* ReadLine.read("To go on, type how many:", "shown")
  return digits(answer) === String(deletions) ? deletions : yield* nothingDone
})

const wrong = ({ deletes, deletions }: Wanted, given: number) =>
  new UsageError({
    message: `This ${deletes}; --deletions says ${count(given)}. Nothing was done.\nLook again, then say --deletions ${deletions}.`
  })

const forDeletions = Effect.fnUntraced(function* (wanted: Wanted, said: Said) {
  const { deletes, deletions } = wanted
  if (said.deleting === "forbidden") {
    return yield* new UsageError({
      message: `This ${deletes}, and the API has no call to undo it. Nothing was done.\nSay --delete if that is meant.`
    })
  }
  if (Option.isSome(said.deletions) && said.deletions.value !== deletions) {
    return yield* wrong(wanted, said.deletions.value)
  }
  if (said.consent === "given" && Option.isSome(said.deletions)) return Consent.deletions(deletions)
  const { kind } = yield* Prompt.Input
  if (kind === "terminal") return Consent.deletions(yield* typed(wanted))
  return yield* new UsageError({
    message: `This ${deletes}, and there is no terminal to type how many.\nSay --yes --deletions ${deletions} if you are sure.`
  })
})

const forChanges = Effect.fnUntraced(function* ({ changes, subjects }: Wanted, { consent }: Said) {
  const none = Consent.deletions(0)
  if (changes === 0 || consent === "given") return none
  return (yield* Prompt.consent(`Change ${count(changes)} ${subjects}?`)) ? none : yield* nothingDone
})

/**
 * The consent to go on with. Whoever does not give it has done nothing.
 *
 * @since 0.1.0
 * @category asking
 */
export const obtain = (wanted: Wanted, said: Said) =>
  wanted.deletions > 0 ? forDeletions(wanted, said) : forChanges(wanted, said)
