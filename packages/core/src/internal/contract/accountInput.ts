import * as Schema from "effect/Schema"
import { AccountId } from "../../Identifier.js"

export const accountPath = Schema.Struct({ accountId: AccountId })

// What it says of a refused value must not repeat it: errors stand in logs and traces.
export const trimmedName = Schema.NonEmptyTrimmedString.annotations({
  message: () => ({
    message: "not a name: expected text with no blank at either end, at least one character",
    override: true
  })
})
