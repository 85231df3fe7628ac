/**
 * The value of `--only`: account ids on the command line or in a file.
 *
 * @since 0.1.0
 */
import { AccountId } from "@effect-glowmarkt/core/Identifier"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/**
 * @since 0.1.0
 * @category models
 */
export type AccountIds = Data.TaggedEnum<{
  Ids: { readonly ids: ReadonlyArray<AccountId> }
  /** A CSV with a column `accountId`. */
  File: { readonly path: string }
}>

/**
 * The constructors of {@link AccountIds}.
 *
 * @since 0.1.0
 * @category constructors
 */
export const { $match, File, Ids } = Data.taggedEnum<AccountIds>()

const decodeIds = Schema.decode(
  Schema.Array(AccountId).pipe(
    Schema.minItems(1, { message: () => "expected account ids separated by commas, or @FILE" })
  )
)

const problem = (error: ParseResult.ParseError) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]?.message ?? ""

/**
 * Parses `ID,ID,…` or `@FILE`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (text: string): Effect.Effect<AccountIds, string> => {
  if (text.startsWith("@")) return Effect.succeed(File({ path: text.slice(1) }))
  const ids = text
    .split(",")
    .map((id) => id.trim())
    .filter((id) => id !== "")
  return Effect.mapBoth(decodeIds(ids), { onSuccess: (ids) => Ids({ ids }), onFailure: problem })
}

/**
 * Formats the value as it is written on the command line.
 *
 * @since 0.1.0
 * @category reports
 */
export const text = $match({ Ids: ({ ids }) => ids.join(","), File: ({ path }) => `@${path}` })
