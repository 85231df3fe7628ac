import * as ParseResult from "effect/ParseResult"

const firstIssue = (error: ParseResult.ParseError) => ParseResult.ArrayFormatter.formatErrorSync(error)[0]

/** The field of an answer that is wrong, if it is one field. */
export const fieldOf = (error: ParseResult.ParseError): string | undefined => {
  const [field] = firstIssue(error)?.path ?? []
  return field === undefined ? undefined : String(field)
}

/** What is wrong with an answer: where, and what was expected. Not the value, which may be personal. */
export const ofAnswer = (error: ParseResult.ParseError): string => {
  const issue = firstIssue(error)
  if (issue === undefined || issue.path.length === 0) return "it lacks what is relied on"
  return `${issue.path.join(".")} ${issue._tag === "Missing" ? "is missing" : "is not of the expected kind"}`
}

/** What is wrong with the input: the field, and what was expected; its value only where the schema of the field says it. */
export const ofInput = (error: ParseResult.ParseError): string => {
  const issue = firstIssue(error)
  return issue === undefined ? "the input is not acceptable" : `${issue.path.join(".")}: ${issue.message}`
}
