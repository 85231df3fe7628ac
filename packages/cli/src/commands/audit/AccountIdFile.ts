/**
 * Reads the file of `--only @FILE`.
 *
 * @since 0.1.0
 */
import * as Identifier from "@effect-glowmarkt/core/Identifier"
import * as CsvInput from "@effect-glowmarkt/runner/CsvInput"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as InputFile from "../../files/InputFile.js"

const accountId = CsvInput.define({
  row: Schema.Struct({ accountId: Schema.compose(Schema.Trim, Identifier.AccountId) }),
  key: ({ accountId }) => accountId,
  expected: { accountId: "an account id" }
})

/**
 * Reads the ids in the column `accountId` of the file.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (path: string) =>
  Effect.map(CsvInput.read(accountId, InputFile.bytes(path)), ({ rows }) => rows.map(({ value }) => value.accountId))
