import * as Schema from "effect/Schema"
import { AccountId } from "../../Identifier.js"
import { damage } from "../../VisibleText.js"

export const accountPath = Schema.Struct({ accountId: AccountId })

// The message must not repeat the refused value: errors end up in logs and traces.
export const trimmedName = Schema.NonEmptyTrimmedString.pipe(
  Schema.filter((name) => damage(name) === undefined)
).annotations({
  message: ({ actual }) => ({
    message: `not a name: ${(typeof actual === "string" && damage(actual)) || "expected at least one character, without leading or trailing spaces"}`,
    override: true
  })
})
