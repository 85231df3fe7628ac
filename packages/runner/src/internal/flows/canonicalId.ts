/** Ids in CSV input: UUIDs in any case. */
import { canonical, isUuid } from "@effect-glowmarkt/core/Identifier"
import * as Schema from "effect/Schema"

/**
 * A cell with an id. All known ids are UUIDs, and a typo should be found before any request is
 * sent.
 */
export const InCell = Schema.transform(Schema.Trim, Schema.String, {
  strict: true,
  decode: canonical,
  encode: (id) => id
}).pipe(Schema.filter((id) => isUuid(id) || "is not a valid id (expected a UUID)"))
