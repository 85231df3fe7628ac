/** The fields of an account that a filter may ask for, and what they may be asked. */
import type { Field } from "../../AccountFilter.js"

export type Kind = "word" | "flag" | "text" | "id" | "instant"

export const kinds: Record<Field, Kind> = {
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

export const operators: Record<Kind, ReadonlyArray<string>> = {
  word: ["=", "!=", "in", "is"],
  flag: ["=", "!=", "is"],
  text: ["=", "!=", "in", "contains", "is"],
  id: ["=", "!=", "in", "is"],
  instant: ["=", "!=", "<", "<=", ">", ">=", "before", "after", "is"]
}
