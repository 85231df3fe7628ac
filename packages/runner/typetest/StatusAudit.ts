import type { AdminAccounts, GlowmarktError } from "@effect-glowmarkt/core"
import { Flow, type Run, RunStore, type RunStoreError, StatusAudit, Step } from "@effect-glowmarkt/runner"
import * as SqliteRunStore from "@effect-glowmarkt/runner/SqliteRunStore"
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, test } from "tstyche"

declare const accounts: Layer.Layer<AdminAccounts.AdminAccounts>

describe("StatusAudit.run", () => {
  test("has exact requirement and error types", () => {
    expect(StatusAudit.run()).type.toBe<
      Effect.Effect<
        StatusAudit.Summary,
        GlowmarktError.CallError | Run.RunMismatch | RunStoreError.RunStoreError,
        AdminAccounts.AdminAccounts | RunStore.RunStore
      >
    >()
  })

  test("does not run without accounts or a run store", () => {
    expect(Effect.runPromise).type.not.toBeCallableWith(Effect.provide(StatusAudit.run(), RunStore.layerMemory))
    expect(Effect.runPromise).type.not.toBeCallableWith(Effect.provide(StatusAudit.run(), accounts))
    expect(Effect.runPromise).type.toBeCallableWith(Effect.provide(StatusAudit.run(), [accounts, RunStore.layerMemory]))
  })

  test("only accepts validated run ids", () => {
    expect(StatusAudit.run).type.not.toBeCallableWith({ runId: "any text" })
  })
})

describe("RunStore", () => {
  test("cannot fail in memory, but can in a file", () => {
    expect(RunStore.layerMemory).type.toBe<Layer.Layer<RunStore.RunStore>>()
    expect(SqliteRunStore.layer("runs.sqlite")).type.toBe<Layer.Layer<RunStore.RunStore, RunStoreError.RunStoreError>>()
  })
})

describe("Flow.make", () => {
  const options = {
    name: "lengths",
    parameters: Schema.Struct({ unit: Schema.Literal("characters", "bytes") }),
    defaults: { unit: "bytes" },
    subject: Schema.String,
    result: Schema.Number,
    subjects: () => Stream.make("one", "two")
  } as const

  test("keeps the errors of listing and of the step", () => {
    const flow = Flow.make({
      ...options,
      subjects: () => Stream.fail("no list" as const),
      step: (word) => (word === "" ? Effect.fail("empty" as const) : Effect.succeed(word.length))
    })
    expect(Flow.run(flow)).type.toBe<
      Effect.Effect<Run.Run, "no list" | "empty" | Run.RunMismatch | RunStoreError.RunStoreError, RunStore.RunStore>
    >()
  })

  test("requires a result of the declared type", () => {
    expect(Flow.make).type.not.toBeCallableWith({ ...options, step: () => Effect.succeed("three") })
  })

  test("of a retried step keeps the errors that can end the run, but not those that are settled", () => {
    const failing: Effect.Effect<number, GlowmarktError.AccountNotFound | GlowmarktError.RateLimited> = Effect.never
    const flow = Flow.make({
      ...options,
      step: Step.retried(
        (_: string) => failing,
        () => 0
      )
    })
    expect(Flow.run(flow)).type.toBe<
      Effect.Effect<
        Run.Run,
        GlowmarktError.RateLimited | Run.RunMismatch | RunStoreError.RunStoreError,
        RunStore.RunStore
      >
    >()
  })
})
