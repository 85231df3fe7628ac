/**
 * Encoding by functions made from a schema once, of values that are of its type already.
 *
 * Without it (Node 20, CPU, medians of interleaved rounds) an audit on SQLite costs 10 to 20 % more,
 * one in memory 4 %: every finding is encoded before it is stored. Calls and lists do not use it.
 */
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as AST from "effect/SchemaAST"
import * as instant from "./instant.js"
import { byTag, elementsOf, isOwnName } from "./reader.js"

/** For a value that a writer does not know how to encode: `Schema` does. */
export const unwritten = Symbol("unwritten")

/** Encodes a value that is of its schema's type, or leaves it `unwritten`. */
export type Writer = (value: unknown) => unknown

const itself: Writer = (value) => value

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const ofFields = (ast: AST.TypeLiteral): Writer | undefined => {
  const fields: Array<{ readonly name: string; readonly write: Writer }> = []
  for (const { name, type } of ast.propertySignatures) {
    const write = writerOf(type)
    if (write === undefined || !isOwnName(name)) return undefined
    fields.push({ name, write })
  }
  return (value) => {
    if (!isObject(value)) return unwritten
    const result: Record<string, unknown> = {}
    for (const { name, write } of fields) {
      const field = value[name]
      if (field === undefined) continue
      const encoded = write(field)
      if (encoded === unwritten) return unwritten
      result[name] = encoded
    }
    return result
  }
}

const ofUnion = ({ types }: AST.Union): Writer | undefined => {
  const members = byTag(types, writerOf)
  return members === undefined
    ? types.every((type) => writerOf(type) === itself)
      ? itself
      : undefined
    : (value) => (isObject(value) ? members.get(value["_tag"])?.(value) : undefined) ?? unwritten
}

const ofArray = (ast: AST.TupleType): Writer | undefined => {
  const types = elementsOf(ast)
  if (types === undefined) return undefined
  const first = types.first.flatMap((type) => writerOf(type) ?? [])
  const others = types.others && writerOf(types.others)
  if (first.length !== types.first.length || (others === undefined) !== (types.others === undefined)) return undefined
  if ([...first, others ?? itself].every((write) => write === itself)) return itself
  return (value) => {
    if (!Array.isArray(value)) return unwritten
    const encoded: Array<unknown> = []
    for (const element of value) {
      const write = first[encoded.length] ?? others
      const one = write === undefined ? unwritten : write(element)
      if (one === unwritten) return unwritten
      encoded.push(one)
    }
    return encoded
  }
}

const numberOfInstant: Writer = (value) =>
  DateTime.isDateTime(value) && DateTime.isUtc(value) ? DateTime.toEpochMillis(value) : unwritten

const ofTransformation = (ast: AST.Transformation): Writer | undefined => {
  const { transformation } = ast
  if (transformation === instant.asNumber) return numberOfInstant
  const to = writerOf(ast.to)
  const from = writerOf(ast.from)
  if (to === undefined || from === undefined) return undefined
  if (AST.isComposeTransformation(transformation)) {
    return (value) => {
      const between = to(value)
      return between === unwritten ? unwritten : from(between)
    }
  }
  if (!AST.isFinalTransformation(transformation)) return undefined
  return (value) => {
    const decoded = to(value)
    if (decoded === unwritten) return unwritten
    const encoded: unknown = transformation.encode(decoded, AST.defaultParseOption, ast, value)
    return Either.isEither(encoded) && Either.isRight(encoded) ? from(encoded.right) : unwritten
  }
}

/** The functions that encoding by a schema comes to, if it is made of parts that are known here. */
export const writerOf = (ast: AST.AST): Writer | undefined => {
  switch (ast._tag) {
    case "UnknownKeyword":
    case "StringKeyword":
    case "NumberKeyword":
    case "BooleanKeyword":
    case "Literal":
      return itself
    case "Declaration":
      // A class of its own; one that contains others is encoded by what it says of them.
      return ast.typeParameters.length === 0 ? itself : undefined
    case "Refinement":
      return writerOf(ast.from)
    case "Union":
      return ofUnion(ast)
    case "Transformation":
      return ofTransformation(ast)
    case "TupleType":
      return ofArray(ast)
    case "TypeLiteral":
      return ast.indexSignatures.length === 0 && ast.propertySignatures.length > 0 ? ofFields(ast) : undefined
    default:
      return undefined
  }
}
