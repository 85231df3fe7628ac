import * as Schema from "effect/Schema"

/** A field that may be missing from an answer. That it is `null` or empty is the client's to see to: see `nulls`. */
export const optional = <A, I>(schema: Schema.Schema<A, I>) => Schema.optionalWith(schema, { exact: true })
