/**
 * Saying yes to deletions: a value of its own, with the number one expects, so that nothing is deleted by a flag
 * left over in a script.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * @since 0.1.0
 * @category models
 */
export interface Consent {
  readonly _tag: "Deletions"
  /** How many accounts may be made inactive: exactly as many as the plan says, or as remain of a run. */
  readonly count: number
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const deletions = (count: number): Consent => ({ _tag: "Deletions", count })

/**
 * The consent is for another number of deletions. Nothing was done.
 *
 * @since 0.1.0
 * @category errors
 */
export class ConsentMismatch extends Schema.TaggedError<ConsentMismatch>("@effect-glowmarkt/runner/ConsentMismatch")(
  "ConsentMismatch",
  { needed: Schema.Int, given: Schema.Number }
) {
  override get message() {
    return `${this.needed} accounts would be made inactive, the consent is for ${this.given}. Nothing was done`
  }
}

/**
 * @since 0.1.0
 * @category checking
 */
export const check = (consent: Consent, needed: number): Effect.Effect<void, ConsentMismatch> =>
  consent.count === needed ? Effect.void : Effect.fail(new ConsentMismatch({ needed, given: consent.count }))
