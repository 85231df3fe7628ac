import * as Record from "effect/Record"

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

type Responses = Record.ReadonlyRecord<string, Response>

const withoutDecodeError = (all: Responses): Responses => {
  const { 400: badRequest, ...others } = all
  const schema = badRequest?.content?.["application/json"]?.schema
  if (schema === undefined) return all
  const [first, ...rest] = (schema.anyOf ?? [schema]).filter((member) => !isPlatform(member))
  if (first === undefined) return others
  const own = rest.length === 0 ? first : { anyOf: [first, ...rest] }
  return { ...others, 400: { ...badRequest, content: { "application/json": { schema: own } } } }
}

type Paths = Record.ReadonlyRecord<string, Record.ReadonlyRecord<string, { readonly responses: Responses }>>

/** Removes the platform's own 400 from every operation. */
export const paths = (all: Paths): Paths =>
  Record.map(all, (path) =>
    Record.map(path, (operation) => ({ ...operation, responses: withoutDecodeError(operation.responses) }))
  )

/** Removes the platform's own component schemas. */
export const schemas = (all: Record.ReadonlyRecord<string, unknown>): Record.ReadonlyRecord<string, unknown> =>
  Record.filter(all, (_, name) => !platformSchemas.includes(name))
