import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { isNothing, withoutNulls } from "./nulls.js"

/** For a value that a reader does not take: `Schema` then decides, and says what is wrong with it. */
const unread = Symbol("unread")

type Reader = (value: unknown) => unknown

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const when =
  (isIt: (value: unknown) => boolean): Reader =>
  (value) =>
    isIt(value) ? value : unread

const ofResult = (result: unknown): unknown =>
  Either.isEither(result) && Either.isRight(result) ? result.right : unread

/** The fields that the schema names, without those that are nothing: see `withoutNulls`. */
const ofFields = (ast: AST.TypeLiteral): Reader | undefined => {
  const fields: Array<{ readonly name: string; readonly isOptional: boolean; readonly read: Reader }> = []
  for (const { isOptional, name, type } of ast.propertySignatures) {
    const read = readerOf(type)
    // What every object inherits is not told from what this one has.
    if (read === undefined || typeof name !== "string" || name in Object.prototype) return undefined
    fields.push({ name, isOptional, read })
  }
  return (value) => {
    if (!isObject(value)) return unread
    const result: Record<string, unknown> = {}
    for (const { isOptional, name, read } of fields) {
      const field = value[name]
      if (field === undefined || isNothing(field)) {
        if (isOptional) continue
        return unread
      }
      const decoded = read(field)
      if (decoded === unread) return unread
      result[name] = decoded
    }
    return result
  }
}

// Schemas of objects are chosen between by their tags, which is Schema's to do.
const isPlain = (ast: AST.AST): boolean => {
  if (AST.isUnion(ast)) return ast.types.every(isPlain)
  return AST.isRefinement(ast) ? isPlain(ast.from) : AST.isLiteral(ast) || AST.isStringKeyword(ast)
}

const ofUnion = (ast: AST.Union): Reader | undefined => {
  const readers = ast.types.filter(isPlain).flatMap((type) => readerOf(type) ?? [])
  if (readers.length !== ast.types.length) return undefined
  return (value) => {
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

const ofTransformation = (ast: AST.Transformation): Reader | undefined => {
  const { transformation } = ast
  const from = readerOf(ast.from)
  const to = readerOf(ast.to)
  if (from === undefined || to === undefined || !AST.isFinalTransformation(transformation)) return undefined
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

const readerOf = (ast: AST.AST): Reader | undefined => {
  const isPlainlyParsed =
    Option.isNone(AST.getParseOptionsAnnotation(ast)) && Option.isNone(AST.getDecodingFallbackAnnotation(ast))
  if (!isPlainlyParsed) return undefined
  switch (ast._tag) {
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
    case "TypeLiteral":
      return ast.indexSignatures.length === 0 && ast.propertySignatures.length > 0 ? ofFields(ast) : undefined
    default:
      return undefined
  }
}

/**
 * Decodes an answer by its schema. `Schema` interprets its schema for each value
 * anew, with an object for each step; what this package's answers are made of is
 * put together once, as functions, and takes a third of the time. Whatever those
 * do not know or do not take is decoded by `Schema` itself, and so is every refusal explained.
 */
export const make = <A, I>(schema: Schema.Schema<A, I>) => {
  const read = readerOf(schema.ast)
  const decode = Schema.decodeUnknownEither(schema)
  return (json: unknown): Either.Either<A, ParseResult.ParseError> => {
    const decoded = read === undefined ? unread : read(json)
    // What the readers of a schema take is of its type: each is made of the part of the schema that says so.
    return decoded === unread ? decode(withoutNulls(json)) : Either.right(decoded as A)
  }
}

/**
 * Whether a value is one of the schema's that is encoded as itself, as far as
 * can be told at once: whatever it refuses may still be one.
 */
export const encodesItself = <A, I>(schema: Schema.Schema<A, I>): ((value: unknown) => boolean) => {
  // Where nothing is transformed, a value that is decoded and one that is encoded are the same.
  const read = AST.typeAST(schema.ast) === schema.ast ? readerOf(schema.ast) : undefined
  return (value) => read !== undefined && read(value) !== unread
}
