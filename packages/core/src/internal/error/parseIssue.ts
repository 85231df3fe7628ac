import * as ParseResult from "effect/ParseResult"

/**
 * A refused value may be a password or an address. Only its blanks and punctuation are shown,
 * which is where ids usually go wrong.
 */
const mask = (value: unknown): unknown => {
  if (value === undefined || value === null) return value
  return typeof value === "string" ? value.slice(0, 60).replace(/[^\s!-/:-@[-`{-~]+/g, "…") : `(${typeof value})`
}

/** The same issue without the values, so that no message can repeat one, however deep or long it is. */
const masked = (issue: ParseResult.ParseIssue): ParseResult.ParseIssue => {
  switch (issue._tag) {
    case "Pointer":
      return new ParseResult.Pointer(issue.path, undefined, masked(issue.issue))
    case "Composite":
      // Only the first issue is reported.
      return new ParseResult.Composite(
        issue.ast,
        undefined,
        masked("_tag" in issue.issues ? issue.issues : issue.issues[0])
      )
    case "Refinement":
      return new ParseResult.Refinement(issue.ast, mask(issue.actual), issue.kind, masked(issue.issue))
    case "Transformation":
      return new ParseResult.Transformation(issue.ast, mask(issue.actual), issue.kind, masked(issue.issue))
    case "Type":
      return new ParseResult.Type(issue.ast, mask(issue.actual))
    case "Missing":
      return new ParseResult.Missing(issue.ast)
    case "Forbidden":
      return new ParseResult.Forbidden(issue.ast, undefined)
    case "Unexpected":
      return new ParseResult.Unexpected(undefined)
  }
}

const firstIssue = ({ issue }: ParseResult.ParseError) => ParseResult.ArrayFormatter.formatIssueSync(masked(issue))[0]

/** The field of an answer that is wrong, if it is one field. */
export const fieldOf = (error: ParseResult.ParseError): string | undefined => {
  const [field] = firstIssue(error)?.path ?? []
  return field === undefined ? undefined : String(field)
}

/** What is wrong with an answer: where, and what was expected. Not the value, which may be personal. */
export const ofAnswer = (error: ParseResult.ParseError): string => {
  const issue = firstIssue(error)
  if (issue === undefined || issue.path.length === 0) return "the JSON does not have the expected shape"
  return `${issue.path.join(".")} ${issue._tag === "Missing" ? "is missing" : "has the wrong type"}`
}

/** What is wrong with the input: the field, and what was expected. Of its value only {@link mask}. */
export const ofInput = (error: ParseResult.ParseError): string => {
  const issue = firstIssue(error)
  return issue === undefined ? "the input is invalid" : `${issue.path.join(".")}: ${issue.message}`
}
