/** Ids that people hand in: UUIDs, in whatever case. */
import * as Schema from "effect/Schema"

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** A UUID means the same in any case, and the provider writes it in small letters. */
export const canonical = (id: string): string => {
  const small = id.toLowerCase()
  return uuid.test(small) ? small : id
}

export const isSame = (a: string, b: string): boolean => canonical(a) === canonical(b)

/** In a cell of a CSV. Other ids than UUIDs nobody has seen, and a slip of the pen should be found before anything is asked. */
export const InCell = Schema.transform(Schema.Trim, Schema.String, {
  strict: true,
  decode: canonical,
  encode: (id) => id
}).pipe(Schema.filter((id) => uuid.test(id) || "is no id: expected a UUID"))
