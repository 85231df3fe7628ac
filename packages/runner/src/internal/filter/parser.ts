/** Parses and formats filters. */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Struct from "effect/Struct"
import { durationText } from "../text/durationText.js"
import type { AccountFilter, Field, InstantField, Moment, TextField } from "./accountFilter.js"
import { type SyntaxProblem, type Token, tokens } from "./lexer.js"

type Parsed = Either.Either<AccountFilter, SyntaxProblem>

const quote = (text: string) => JSON.stringify(text)

type Kind = "word" | "flag" | "text" | "id" | "instant"

const kinds: Record<Field, Kind> = {
  status: "word",
  active: "flag",
  name: "text",
  username: "text",
  email: "text",
  accountId: "id",
  userId: "id",
  directoryId: "id",
  applicationId: "id",
  createdAt: "instant",
  updatedAt: "instant"
}

const operators: Record<Kind, ReadonlyArray<string>> = {
  word: ["=", "!=", "in", "is"],
  flag: ["=", "!=", "is"],
  text: ["=", "!=", "in", "contains", "is"],
  id: ["=", "!=", "in", "is"],
  instant: ["=", "!=", "<", "<=", ">", ">=", "before", "after", "is"]
}

const day = /^\d{4}-\d{2}-\d{2}$/
const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/i
const ago = /^(\d+(?:\.\d+)? (?:minute|hour|day|week)s?) ago$/i

const momentForms = 'a day (2025-01-01), an instant (2025-01-01T09:15:00Z) or an age ("180 days ago")'

const parseMoment = (text: string): Option.Option<Moment> => {
  const before = ago.exec(text)?.[1]
  if (before !== undefined) {
    return Option.map(Duration.decodeUnknown(before.toLowerCase()), (duration): Moment => ({ _tag: "Ago", duration }))
  }
  if (day.test(text)) {
    return DateTime.make(text).pipe(
      Option.map(DateTime.toUtc),
      // Refuses 31 February, which some engines read as 3 March.
      Option.filter((start) => DateTime.formatIsoDateUtc(start) === text),
      Option.map((start): Moment => ({ _tag: "Day", start }))
    )
  }
  return instant.test(text)
    ? Option.map(DateTime.make(text), (at): Moment => ({ _tag: "Instant", at: DateTime.toUtc(at) }))
    : Option.none()
}

const fields = Struct.keys(kinds)

const isOf =
  <F extends Field>(...wanted: ReadonlyArray<Kind>) =>
  (field: Field): field is F =>
    wanted.includes(kinds[field])

const isText = isOf<TextField>("word", "text", "id")
const isInstant = isOf<InstantField>("instant")

const not = (filter: AccountFilter): AccountFilter => ({ _tag: "Not", filter })

// The maximum number of conditions, parentheses and `not`s. There is a limit because filters are
// parsed, formatted and evaluated recursively.
const maxParts = 250

/** Makes a recursive-descent parser: `or` binds weakest, then `and`, then `not`. */
const makeParser = (all: ReadonlyArray<Token>) => {
  let next = 0
  let parts = 0
  const end: Token = { kind: "end", text: "", position: 1 }
  const peek = (): Token => all[next] ?? end
  const take = (): Token => all[next++] ?? end
  const isNext = (word: string) => {
    const { kind, text } = peek()
    return kind !== "quoted" && text.toLowerCase() === word
  }
  const failAt = ({ position }: Token, problem: string) => Either.left<SyntaxProblem>({ position, problem })
  const shown = ({ kind, text }: Token) => (kind === "end" ? "the end" : quote(text))

  const joined = (tag: "Or" | "And", word: string, operand: () => Parsed): Parsed =>
    Either.gen(function* () {
      let left = yield* operand()
      while (isNext(word)) {
        take()
        left = { _tag: tag, left, right: yield* operand() }
      }
      return left
    })

  const parseOr = (): Parsed => joined("Or", "or", parseAnd)
  const parseAnd = (): Parsed => joined("And", "and", parseNot)

  const parseNot = (): Parsed => {
    if (++parts > maxParts) {
      return failAt(
        peek(),
        `the filter has more than ${maxParts} parts; use field in (a, b, …) for many values of one field`
      )
    }
    if (isNext("not")) {
      take()
      return Either.map(parseNot(), not)
    }
    if (isNext("(")) {
      take()
      return Either.flatMap(parseOr(), (inner) => {
        const closing = take()
        return closing.text === ")" ? Either.right(inner) : failAt(closing, `expected ")", found ${shown(closing)}`)
      })
    }
    return parseComparison()
  }

  const parseComparison = (): Parsed => {
    const name = take()
    const field = fields.find((field) => field.toLowerCase() === name.text.toLowerCase() && name.kind === "word")
    if (field === undefined) {
      return failAt(name, `expected a field (${fields.join(", ")}), found ${shown(name)}`)
    }
    const operator = take()
    const word = operator.text.toLowerCase()
    const allowed = operators[kinds[field]]
    if (operator.kind === "quoted" || !allowed.includes(word)) {
      return failAt(operator, `expected an operator for ${field} (${allowed.join(" ")}), found ${shown(operator)}`)
    }
    return word === "is" ? presence(field) : ofKind(field, word)
  }

  const presence = (field: Field): Parsed => {
    const token = take()
    const word = token.text.toLowerCase()
    return word === "missing" || word === "present"
      ? Either.right({ _tag: "Is", field, presence: word })
      : failAt(token, `expected "missing" or "present" after ${field} is, found ${shown(token)}`)
  }

  const ofKind = (field: Field, operator: string): Parsed =>
    isText(field) ? ofText(field, operator) : isInstant(field) ? when(field, operator) : flag(operator)

  const value = (field: TextField): Either.Either<string, SyntaxProblem> => {
    const token = take()
    if (token.kind === "sign" || token.kind === "end" || token.text === "") {
      return failAt(token, `expected a value for ${field}, found ${shown(token)}`)
    }
    const statuses = ["active", "inactive"]
    return field === "status" && token.kind === "word" && !statuses.includes(token.text.toLowerCase())
      ? failAt(token, `status must be ${statuses.join(" or ")}, found ${shown(token)}; put any other word in quotes`)
      : Either.right(field === "status" && token.kind === "word" ? token.text.toLowerCase() : token.text)
  }

  const ofText = (field: TextField, operator: string): Parsed => {
    if (operator === "in") return Either.map(list(field), (values) => ({ _tag: "OneOf", field, values }))
    return Either.flatMap(value(field), (value): Parsed => {
      if (peek().kind === "word" && !["and", "or"].some(isNext)) {
        return failAt(peek(), `expected "and", "or" or the end, found ${shown(peek())}; put text with spaces in quotes`)
      }
      const equal: AccountFilter = { _tag: "OneOf", field, values: [value] }
      return Either.right(
        operator === "contains" ? { _tag: "Contains", field, value } : operator === "=" ? equal : not(equal)
      )
    })
  }

  const list = (field: TextField): Either.Either<ReadonlyArray<string>, SyntaxProblem> =>
    Either.gen(function* () {
      const opening = take()
      if (opening.text !== "(") return yield* failAt(opening, `expected "(" before the values, found ${shown(opening)}`)
      const values = [yield* value(field)]
      while (isNext(",")) {
        take()
        values.push(yield* value(field))
      }
      const closing = take()
      if (closing.text !== ")") return yield* failAt(closing, `expected "," or ")", found ${shown(closing)}`)
      return values
    })

  const flagIs = (value: boolean): AccountFilter => ({ _tag: "Flag", field: "active", value })

  const flag = (operator: string): Parsed => {
    const token = take()
    const word = token.text.toLowerCase()
    return word === "true" || word === "false"
      ? Either.right(operator === "=" ? flagIs(word === "true") : not(flagIs(word === "true")))
      : failAt(token, `active must be true or false, found ${shown(token)}`)
  }

  const when = (field: InstantField, operator: string): Parsed => {
    const first = peek()
    const words: Array<string> = []
    while (first.kind === "quoted" ? words.length === 0 : peek().kind === "word" && !["and", "or"].some(isNext)) {
      words.push(take().text)
    }
    return Option.match(parseMoment(words.join(" ")), {
      onNone: () =>
        failAt(
          first,
          `${field} takes ${momentForms}, found ${words.length === 0 ? shown(first) : quote(words.join(" "))}`
        ),
      onSome: (moment): Parsed => {
        const order = operator === "before" ? "<" : operator === "after" ? ">" : operator
        return order === "!="
          ? Either.right(not({ _tag: "When", field, order: "=", moment }))
          : order === "=" || order === "<" || order === "<=" || order === ">" || order === ">="
            ? Either.right({ _tag: "When", field, order, moment })
            : failAt(first, `instants cannot be compared with ${quote(order)}`)
      }
    })
  }

  return (): Parsed =>
    Either.flatMap(parseOr(), (filter) =>
      peek().kind === "end"
        ? Either.right(filter)
        : failAt(peek(), `expected "and", "or" or the end, found ${shown(peek())}`)
    )
}

export const parse = (source: string): Parsed => Either.flatMap(tokens(source), (all) => makeParser(all)())

const formatMoment = (moment: Moment): string => {
  switch (moment._tag) {
    case "Day":
      return DateTime.formatIsoDateUtc(moment.start)
    case "Instant":
      return DateTime.formatIso(moment.at)
    case "Ago":
      return `${durationText(moment.duration)} ago`
  }
}

const quoteValue = (text: string) => `"${text.replaceAll('"', '""')}"`

const isPlain = (field: TextField, text: string) =>
  field === "status" ? /^(in)?active$/.test(text) : /^[\w@.+-]+$/.test(text) && !/^(and|or)$/i.test(text)

const formatValue = (field: TextField) => (text: string) => (isPlain(field, text) ? text : quoteValue(text))

const parenthesize = (filter: AccountFilter, tags: ReadonlyArray<AccountFilter["_tag"]>) =>
  tags.includes(filter._tag) ? `(${format(filter)})` : format(filter)

export const format = (filter: AccountFilter): string => {
  switch (filter._tag) {
    case "Or":
      return `${format(filter.left)} or ${parenthesize(filter.right, ["Or"])}`
    case "And":
      return `${parenthesize(filter.left, ["Or"])} and ${parenthesize(filter.right, ["Or", "And"])}`
    case "Not":
      return `not ${parenthesize(filter.filter, ["Or", "And"])}`
    case "Is":
      return `${filter.field} is ${filter.presence}`
    case "OneOf": {
      const [first = "", ...others] = filter.values.map(formatValue(filter.field))
      return Arr.isEmptyReadonlyArray(others)
        ? `${filter.field} = ${first}`
        : `${filter.field} in (${[first, ...others].join(", ")})`
    }
    case "Contains":
      return `${filter.field} contains ${formatValue(filter.field)(filter.value)}`
    case "Flag":
      return `active = ${filter.value}`
    case "When":
      return `${filter.field} ${filter.order} ${formatMoment(filter.moment)}`
  }
}
