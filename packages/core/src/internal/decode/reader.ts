/**
 * Decoding by functions made from a schema once. `Schema` compiles and caches a parser for every schema,
 * but a parser makes several objects for each field of each value.
 *
 * Without it (Node 20, CPU, medians of interleaved rounds): a list costs 57 % more, a streamed list 59 %,
 * a call 19 %. Its instants of text alone are 20 % of a list.
 */
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as instant from "./instant.js"

/** For a value that a reader does not take: `Schema` then decides, and says what is wrong with it. */
const unread = Symbol("unread")

/** Decodes a value, or leaves it `unread`. */
type Reader = (value: unknown) => unknown

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const when =
  (isIt: (value: unknown) => boolean): Reader =>
  (value) =>
    isIt(value) ? value : unread

const ofResult = (result: unknown): unknown =>
  Either.isEither(result) && Either.isRight(result) ? result.right : unread

/** What every object inherits is not told from what this one has. */
export const isOwnName = (name: PropertyKey): name is string => typeof name === "string" && !(name in Object.prototype)

const ofFields = (ast: AST.TypeLiteral): Reader | undefined => {
  const fields: Array<{ readonly name: string; readonly isOptional: boolean; readonly read: Reader }> = []
  for (const { isOptional, name, type } of ast.propertySignatures) {
    const read = readerOf(type)
    if (read === undefined || !isOwnName(name)) return undefined
    fields.push({ name, isOptional, read })
  }
  return (value) => {
    if (!isObject(value)) return unread
    const result: Record<string, unknown> = {}
    for (const { isOptional, name, read } of fields) {
      const field = value[name]
      if (field === undefined) {
        // There, and `undefined`, is not the same as not there.
        if (!isOptional || name in value) return unread
        continue
      }
      const decoded = read(field)
      if (decoded === unread) return unread
      result[name] = decoded
    }
    return result
  }
}

/** The member of a union that a value says it is: each has another literal in the field `_tag`. */
export const byTag = <A>(types: ReadonlyArray<AST.AST>, of: (type: AST.AST) => A | undefined) => {
  const members = new Map<unknown, A>()
  for (const type of types) {
    const tag = AST.isTypeLiteral(type) ? type.propertySignatures.find(({ name }) => name === "_tag") : undefined
    const member = of(type)
    if (tag === undefined || tag.isOptional || !AST.isLiteral(tag.type) || member === undefined) return undefined
    members.set(tag.type.literal, member)
  }
  return members.size === types.length ? members : undefined
}

const isWord = (ast: AST.AST): boolean => {
  if (AST.isUnion(ast)) return ast.types.every(isWord)
  return AST.isRefinement(ast) ? isWord(ast.from) : AST.isLiteral(ast) || AST.isStringKeyword(ast)
}

const ofUnion = ({ types }: AST.Union): Reader | undefined => {
  const members = byTag(types, (type) => readerOf(type))
  if (members !== undefined) {
    return (value) => (isObject(value) ? members.get(value["_tag"])?.(value) : undefined) ?? unread
  }
  const literals = new Set<unknown>(types.flatMap((type) => (AST.isLiteral(type) ? [type.literal] : [])))
  if (literals.size === types.length) return when((value) => literals.has(value))
  // Which of several objects it is, is Schema's to find out.
  if (!types.every(isWord)) return undefined
  const readers = types.flatMap((type) => readerOf(type) ?? [])
  return readers.length !== types.length
    ? undefined
    : (value) => {
        for (const read of readers) {
          const decoded = read(value)
          if (decoded !== unread) return decoded
        }
        return unread
      }
}

const ofRefinement = (ast: AST.Refinement): Reader | undefined => {
  const from = readerOf(ast.from)
  return (
    from &&
    ((value) => {
      const decoded = from(value)
      return decoded !== unread && Option.isNone(ast.filter(decoded, AST.defaultParseOption, ast)) ? decoded : unread
    })
  )
}

/** Instants as servers write them. `Schema` looks for a zone first, and makes three objects more of each. */
const instantOfText: Reader = (value) => {
  if (typeof value !== "string" || !value.endsWith("Z")) return unread
  const millis = Date.parse(value)
  return Number.isNaN(millis) ? unread : instant.ofMillis(millis)
}

// The most that a `Date` can be.
const mostMillis = 8.64e15

const instantOfNumber: Reader = (value) =>
  typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= mostMillis
    ? // Not -0.
      instant.ofMillis(0 + value)
    : unread

const ofTransformation = (ast: AST.Transformation): Reader | undefined => {
  const { transformation } = ast
  if (transformation === instant.asText) return instantOfText
  if (transformation === instant.asNumber) return instantOfNumber
  const from = readerOf(ast.from)
  const to = readerOf(ast.to)
  if (from === undefined || to === undefined) return undefined
  if (AST.isComposeTransformation(transformation)) {
    return (value) => {
      const between = from(value)
      return between === unread ? unread : to(between)
    }
  }
  if (!AST.isFinalTransformation(transformation)) return undefined
  return (value) => {
    const encoded = from(value)
    if (encoded === unread) return unread
    const decoded = ofResult(transformation.decode(encoded, AST.defaultParseOption, ast, value))
    return decoded === unread ? unread : to(decoded)
  }
}

const ofDeclaration = (ast: AST.Declaration): Reader => {
  const parse = ast.decodeUnknown(...ast.typeParameters)
  return (value) => ofResult(parse(value, AST.defaultParseOption, ast))
}

/** The types of an array's first elements, all of which are there, and of those after them; with more to say, nothing. */
export const elementsOf = ({
  elements,
  rest
}: AST.TupleType): { readonly first: ReadonlyArray<AST.AST>; readonly others: AST.AST | undefined } | undefined =>
  elements.some(({ isOptional }) => isOptional) || rest.length > 1
    ? undefined
    : { first: elements.map(({ type }) => type), others: rest[0]?.type }

const ofArray = (ast: AST.TupleType): Reader | undefined => {
  const types = elementsOf(ast)
  if (types === undefined) return undefined
  const first = types.first.flatMap((type) => readerOf(type) ?? [])
  const others = types.others && readerOf(types.others)
  if (first.length !== types.first.length || (others === undefined) !== (types.others === undefined)) return undefined
  return (value) => {
    if (!Array.isArray(value) || value.length < first.length) return unread
    const decoded: Array<unknown> = []
    for (const element of value) {
      const read = first[decoded.length] ?? others
      const one = read === undefined ? unread : read(element)
      if (one === unread) return unread
      decoded.push(one)
    }
    return decoded
  }
}

/** Whether the schema says nothing of how it is decoded. */
const isPlainlyParsed = (ast: AST.AST): boolean =>
  Option.isNone(AST.getParseOptionsAnnotation(ast)) && Option.isNone(AST.getDecodingFallbackAnnotation(ast))

/** The functions that a schema comes to, if it is made of parts that are known here. */
const readerOf = (ast: AST.AST): Reader | undefined => {
  if (!isPlainlyParsed(ast)) return undefined
  switch (ast._tag) {
    case "UnknownKeyword":
      return (value) => value
    case "StringKeyword":
      return when((value) => typeof value === "string")
    case "NumberKeyword":
      return when((value) => typeof value === "number")
    case "BooleanKeyword":
      return when((value) => typeof value === "boolean")
    case "Literal":
      return when((value) => value === ast.literal)
    case "Refinement":
      return ofRefinement(ast)
    case "Union":
      return ofUnion(ast)
    case "Transformation":
      return ofTransformation(ast)
    case "Declaration":
      return ofDeclaration(ast)
    case "TupleType":
      return ofArray(ast)
    case "TypeLiteral":
      return ast.indexSignatures.length === 0 && ast.propertySignatures.length > 0 ? ofFields(ast) : undefined
    default:
      return undefined
  }
}

/** Decodes by a schema: with its reader, and by `Schema` itself what the reader does not take. */
export const decoderOf = <A, I>(
  schema: Schema.Schema<A, I>
): ((encoded: unknown) => Either.Either<A, ParseResult.ParseError>) => {
  const read = readerOf(schema.ast)
  const decode = Schema.decodeUnknownEither(schema)
  if (read === undefined) return decode
  return (encoded) => {
    const decoded = read(encoded)
    // What the reader of a schema takes is of its type: it is made of the parts of the schema that say so.
    return decoded === unread ? decode(encoded) : Either.right(decoded as A)
  }
}
