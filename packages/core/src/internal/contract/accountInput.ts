import * as Schema from "effect/Schema"
import { AccountId } from "../../Identifier.js"
import { damage } from "../../VisibleText.js"

export const accountPath = Schema.Struct({ accountId: AccountId })

// What it says of a refused value must not repeat it: errors stand in logs and traces.
export const trimmedName = Schema.NonEmptyTrimmedString.pipe(
  Schema.filter((name) => damage(name) === undefined)
).annotations({
  message: ({ actual }) => ({
    message: `not a name: ${(typeof actual === "string" && damage(actual)) || "expected text with no blank at either end, at least one character"}`,
    override: true
  })
})
