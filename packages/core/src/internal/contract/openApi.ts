interface JsonSchema {
  readonly $ref?: string
  readonly anyOf?: ReadonlyArray<JsonSchema>
}

interface Response {
  readonly content?: { readonly "application/json"?: { readonly schema: JsonSchema } }
}

// The platform's own response to a body that does not decode. The provider never sends it; the
// endpoints declare its actual responses.
const platformSchemas = ["HttpApiDecodeError", "Issue", "PropertyKey"]

const isPlatform = (schema: JsonSchema) =>
  platformSchemas.some((name) => schema.$ref === `#/components/schemas/${name}`)

/** Removes the platform's own 400 from the responses of an operation. */
export const responses = (all: Readonly<Record<string, Response>>): Readonly<Record<string, Response>> => {
  const { 400: badRequest, ...others } = all
  const schema = badRequest?.content?.["application/json"]?.schema
  if (schema === undefined) return all
  const [first, ...rest] = (schema.anyOf ?? [schema]).filter((member) => !isPlatform(member))
  if (first === undefined) return others
  const own = rest.length === 0 ? first : { anyOf: [first, ...rest] }
  return { ...others, 400: { ...badRequest, content: { "application/json": { schema: own } } } }
}

/** Removes the platform's own component schemas. */
export const schemas = (all: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => !platformSchemas.includes(name)))
