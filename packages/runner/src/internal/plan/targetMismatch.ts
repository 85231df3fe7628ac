/** Whether what is known of a server is what was known of it before. */
import type { Target } from "../../Plan.js"

export interface Difference {
  readonly field: string
  readonly known: string | undefined
  readonly given: string
}

const fields = ["origin", "applicationId"] as const

/** Nothing that is given may be something else, or not known before: what cannot be compared is not the same. */
export const differences = (known: Target, given: Target): ReadonlyArray<Difference> =>
  fields.flatMap((field) => {
    const value = given[field]
    return value === undefined || value === known[field] ? [] : [{ field, known: known[field], given: value }]
  })
