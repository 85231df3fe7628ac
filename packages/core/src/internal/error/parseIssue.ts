import * as ParseResult from "effect/ParseResult"

/**
 * Masks a refused value, which may be a password or an address. Only spaces and punctuation stay,
 * because they are usually what is wrong with an id.
 */
const mask = (value: unknown): unknown => {
  if (value === undefined || value === null) return value
  return typeof value === "string" ? value.slice(0, 60).replace(/[^\s!-/:-@[-`{-~]+/g, "…") : `(${typeof value})`
}

/** Masks the values at every level of an issue, so that no message can repeat one. */
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

/**
 * Returns the top-level field that failed to decode, or `undefined` if the problem concerns the
 * whole value.
 */
export const fieldOf = (error: ParseResult.ParseError): string | undefined => {
  const [field] = firstIssue(error)?.path ?? []
  return field === undefined ? undefined : String(field)
}

/** The problem of a response that is wrong as a whole. */
export const wrongShape = "the JSON does not have the expected shape"

/** Names the invalid field of a response and the problem, not the value: it may be personal. */
export const ofResponse = (error: ParseResult.ParseError): string => {
  const issue = firstIssue(error)
  if (issue === undefined || issue.path.length === 0) return wrongShape
  return `${issue.path.join(".")} ${issue._tag === "Missing" ? "is missing" : "has the wrong type"}`
}

/** Names the invalid field of an input and what was expected, with the value masked. */
export const ofInput = (error: ParseResult.ParseError): string => {
  const issue = firstIssue(error)
  return issue === undefined ? "the input is invalid" : `${issue.path.join(".")}: ${issue.message}`
}
