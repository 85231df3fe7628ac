/**
 * Changes of more than one call that were not made as a whole. The message says what stands now.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { CallError } from "./internal/plan/callError.js"

const fields = {
  explanation: Schema.String,
  /** The call to try again, where that makes sense. */
  failure: Schema.optionalWith(CallError, { exact: true })
}

/**
 * One half stands, the other does not.
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
 * The second half failed, and the first one was taken back: everything is as it was before.
 *
 * @since 0.1.0
 * @category errors
 */
export class Undone extends Schema.TaggedError<Undone>("@effect-glowmarkt/runner/Undone")("Undone", {
  ...fields,
  mayHaveBeenApplied: Schema.Boolean
}) {
  override get message() {
    return this.explanation
  }
}
