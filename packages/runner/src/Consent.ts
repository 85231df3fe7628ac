/**
 * Consent to deletions. A consent names the exact number of accounts, so that a flag left in a
 * script cannot delete more.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * Consent to make accounts inactive.
 *
 * @since 0.1.0
 * @category models
 */
export interface Consent {
  readonly _tag: "Deletions"
  /** The number of accounts, exactly as in the plan or as remaining in the run. */
  readonly count: number
}

/**
 * Consents to making `count` accounts inactive.
 *
 * @example
 * ```ts
 * import { Consent, OffboardAccounts, type Plan } from "@effect-glowmarkt/runner"
 *
 * const apply = (plan: Plan.Plan) => OffboardAccounts.apply(plan, { consent: Consent.deletions(12) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const deletions = (count: number): Consent => ({ _tag: "Deletions", count })

/**
 * The consent names another number of deletions. Nothing was changed.
 *
 * @since 0.1.0
 * @category errors
 */
export class ConsentMismatch extends Schema.TaggedError<ConsentMismatch>("@effect-glowmarkt/runner/ConsentMismatch")(
  "ConsentMismatch",
  { deletions: Schema.Int, consented: Schema.Number }
) {
  override get message() {
    return `This would make ${this.deletions} accounts inactive, but the consent is for ${this.consented}. Nothing was changed`
  }
}

/**
 * Fails with {@link ConsentMismatch} unless the consent names exactly this many deletions.
 *
 * @example
 * ```ts
 * import { Consent, type Plan } from "@effect-glowmarkt/runner"
 *
 * const checkConsent = (plan: Plan.Plan, consent: Consent.Consent) =>
 *   Consent.check(consent, plan.header.counts.change)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const check = (consent: Consent, deletions: number): Effect.Effect<void, ConsentMismatch> =>
  consent.count === deletions ? Effect.void : Effect.fail(new ConsentMismatch({ deletions, consented: consent.count }))
