/** Compares the target of a plan or run with the current one. */
import { isSame } from "@effect-glowmarkt/core/Identifier"
import * as Effect from "effect/Effect"
import { Refused } from "../../Converge.js"
import type { Target } from "../../Plan.js"
import type { PlannedFlow, StepError } from "./plannedFlow.js"

export interface Difference {
  readonly field: string
  readonly planned: string | undefined
  readonly found: string
}

const fields = ["origin", "applicationId"] as const

/**
 * Returns the fields of the current target that differ from the plan's. A field that the plan does
 * not have counts as different.
 */
export const differences = (planned: Target, current: Target): ReadonlyArray<Difference> =>
  fields.flatMap((field) => {
    const found = current[field]
    return found === undefined || found === planned[field] ? [] : [{ field, planned: planned[field], found }]
  })

/** Makes a flow refuse subjects that do not belong to the target's application. */
export const refuseOtherApplication = <P extends object, W, Read, E extends StepError, R>(
  flow: PlannedFlow<P, W, Read, E, R>,
  { applicationId }: Target
): PlannedFlow<P, W, Read, E, R> =>
  applicationId === undefined
    ? flow
    : {
        ...flow,
        read: (wanted, parameters) =>
          Effect.filterOrElse(
            flow.read(wanted, parameters),
            (read) => {
              const found = flow.applicationOf(read)
              return found === undefined || (found !== null && isSame(found, applicationId))
            },
            (read) => {
              const found = flow.applicationOf(read)
              const actual = found === null ? "does not name its application" : `belongs to application ${found}`
              return new Refused({ reason: `the account ${actual}, not ${applicationId}` })
            }
          )
      }
