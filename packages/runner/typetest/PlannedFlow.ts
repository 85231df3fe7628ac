import type { AdminAccounts, GlowmarktError, Identifier } from "@effect-glowmarkt/core"
import {
  type ApplyResult,
  Consent,
  type Converge,
  type CsvInput,
  OffboardAccounts,
  type Plan,
  PlannedFlow,
  RenameAccounts,
  type Run,
  type RunStore,
  type RunStoreError
} from "@effect-glowmarkt/runner"
import type * as Effect from "effect/Effect"
import { describe, expect, test } from "tstyche"

declare const plan: Plan.Plan
declare const rows: ReadonlyArray<CsvInput.Row<RenameAccounts.Wanted>>
declare const applicationId: Identifier.ApplicationId

describe("PlannedFlow", () => {
  test("planning needs only the services for reading", () => {
    expect(PlannedFlow.plan(RenameAccounts.flow, { rows, parameters: {} })).type.toBe<
      Effect.Effect<Plan.Plan, GlowmarktError.CallError, AdminAccounts.AdminAccounts>
    >()
  })

  test("a bad row is an error at the row, and does not drive inference", () => {
    // @ts-expect-error Type 'number' is not assignable to type 'string & Brand<"AccountId">'
    PlannedFlow.plan(RenameAccounts.flow, { rows: [{ value: { accountId: 1, name: "x" }, cells: {} }], parameters: {} })
  })

  test("applying has an exact error type", () => {
    expect(PlannedFlow.apply(RenameAccounts.flow, plan)).type.toBe<
      Effect.Effect<
        ApplyResult.Summary,
        | Plan.InvalidPlan
        | ApplyResult.PlanMismatch
        | ApplyResult.PlanNeeded
        | GlowmarktError.CallError
        | Run.RunMismatch
        | RunStoreError.RunStoreError,
        AdminAccounts.AdminAccounts | RunStore.RunStore
      >
    >()
  })
})

describe("OffboardAccounts", () => {
  test("does not delete without consent to a number", () => {
    expect(OffboardAccounts.apply).type.not.toBeCallableWith(plan)
    expect(OffboardAccounts.apply).type.not.toBeCallableWith(plan, {})
    expect(OffboardAccounts.apply).type.not.toBeCallableWith(plan, { consent: true })
    expect(OffboardAccounts.apply).type.toBeCallableWith(plan, { consent: Consent.deletions(3) })
    expect<typeof OffboardAccounts>().type.not.toHaveProperty("flow")
  })

  test("does not plan without the application", () => {
    expect(OffboardAccounts.plan).type.not.toBeCallableWith({ rows: [], parameters: {} })
    expect(OffboardAccounts.plan).type.toBeCallableWith({ rows: [], parameters: { applicationId } })
  })
})

describe("Converge", () => {
  test("a write says whether it may have been made", () => {
    type Write = Parameters<typeof Converge.converge>[0]["write"]
    expect<Write>().type.not.toBeAssignableFrom<() => Effect.Effect<void, Error>>()
  })
})
