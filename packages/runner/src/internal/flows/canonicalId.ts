/** Ids that people hand in: UUIDs, in whatever case. */
import { canonical, isUuid } from "@effect-glowmarkt/core/Identifier"
import * as Schema from "effect/Schema"

/** In a cell of a CSV. Other ids than UUIDs nobody has seen, and a slip of the pen should be found before anything is asked. */
export const InCell = Schema.transform(Schema.Trim, Schema.String, {
  strict: true,
  decode: canonical,
  encode: (id) => id
}).pipe(Schema.filter((id) => isUuid(id) || "is no id: expected a UUID"))
