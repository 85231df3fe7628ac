/**
 * Errors of changes that take several calls. The message describes the current state.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { CallError } from "./internal/plan/callError.js"

const fields = {
  explanation: Schema.String,
  /** The call to retry, if retrying can help. */
  failure: Schema.optionalWith(CallError, { exact: true })
}

/**
 * Part of the change was made, the rest was not.
 *
 * @since 0.1.0
 * @category errors
 */
export class PartialChange extends Schema.TaggedError<PartialChange>("@effect-glowmarkt/runner/PartialChange")(
  "PartialChange",
  fields
) {
  readonly mayHaveBeenApplied = true

  override get message() {
    return this.explanation
  }
}

/**
 * The change failed half-way and was rolled back: the subject is as it was before.
 *
 * @since 0.1.0
 * @category errors
 */
export class RolledBack extends Schema.TaggedError<RolledBack>("@effect-glowmarkt/runner/RolledBack")("RolledBack", {
  ...fields,
  mayHaveBeenApplied: Schema.Boolean
}) {
  override get message() {
    return this.explanation
  }
}
