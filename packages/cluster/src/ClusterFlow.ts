/**
 * A flow that workers can run. A worker finds it by the name in a submitted run, and runs it in
 * parts with its own services.
 *
 * @since 0.1.0
 */
import { type AdminAccounts, type GlowmarktClient, GlowmarktError } from "@effect-glowmarkt/core"
import {
  AccountIndex,
  CorrectOwnDetails,
  Flow,
  type Limits,
  OffboardAccounts,
  OnboardAccounts,
  PlannedFlow,
  RenameAccounts,
  RotateMobileTokens,
  type Run,
  RunStore,
  RunStoreError,
  type Secrets,
  StatusAudit
} from "@effect-glowmarkt/runner"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"

/**
 * The flow failed permanently, so the run stops. `reason` is the message of the flow's own error.
 *
 * @since 0.1.0
 * @category errors
 */
export class FlowFailed extends Data.TaggedError("FlowFailed")<{ readonly reason: string }> {
  override get message() {
    return this.reason
  }
}

/**
 * See {@link make}. `around` wraps the step of each subject. `parts` returns `many` if the run can
 * be split among workers, and `one` if a single worker must do all of it.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClusterFlow<R> {
  readonly name: string
  /** Returns whether the run can be split into parts that several workers share. */
  readonly parts: (run: Run.Run) => "many" | "one"
  /** Lists the subjects of a run. */
  readonly list: (
    runId: Run.RunId,
    limits: Limits.Limits
  ) => Effect.Effect<Run.Run, FlowFailed | RunStoreError.RunStoreError, R | RunStore.RunStore>
  /** Processes a range of the subjects. */
  readonly work: (
    runId: Run.RunId,
    range: Flow.Range,
    limits: Limits.Limits,
    around: <A, E, R2>(step: Effect.Effect<A, E, R2>) => Effect.Effect<A, E, R2>
  ) => Effect.Effect<void, FlowFailed | RunStoreError.RunStoreError, R | RunStore.RunStore>
}

const toFlowFailed = (error: { readonly message: string }) =>
  error instanceof RunStoreError.RunStoreError ? error : new FlowFailed({ reason: GlowmarktError.explanation(error) })

/**
 * Makes a flow available to workers. Its parameters, subjects and results are passed through the
 * database as JSON, so it must not keep the state of a run in the memory of a process.
 *
 * @example
 * ```ts
 * import { ClusterFlow } from "@effect-glowmarkt/cluster"
 * import { StatusAudit } from "@effect-glowmarkt/runner"
 *
 * const audit = ClusterFlow.make(StatusAudit.flow)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <P extends object, S, A, E extends { readonly message: string }, R>(
  flow: Flow.Flow<P, S, A, E, R>
): ClusterFlow<R> => ({
  name: flow.name,
  parts: () => "many",
  list: (runId, limits) => Effect.mapError(Flow.list(flow, { ...limits, runId }), toFlowFailed),
  work: (runId, range, limits, around) =>
    Effect.mapError(
      Flow.work({ ...flow, step: (subject, run) => around(flow.step(subject, run)) }, runId, range, limits),
      toFlowFailed
    )
})

// Each part reads the account list itself. An index that was read before the part began could lack
// an account that a worker added just before it died.
const withIndex = Effect.provideServiceEffect(AccountIndex.AccountIndex, AccountIndex.make)

const eachRow = make(OnboardAccounts.applyFlow({ together: "eachRow" }))

const allOrNothing = make(OnboardAccounts.applyFlow({ together: "allOrNothing" }))

/**
 * Onboarding. An all-or-nothing run is a single part, which ends with the rollback if a row failed.
 *
 * @since 0.1.0
 * @category constants
 */
export const onboarding: ClusterFlow<AdminAccounts.AdminAccounts> = {
  name: eachRow.name,
  parts: (run) => (OnboardAccounts.parametersOf(run).together === "eachRow" ? "many" : "one"),
  list: (runId, limits) => withIndex(eachRow.list(runId, limits)),
  work: (runId, range, limits, around) =>
    Effect.flatMap(RunStore.RunStore, (store) => store.get(runId)).pipe(
      Effect.map(OnboardAccounts.parametersOf),
      Effect.flatMap(({ together }) =>
        together === "eachRow"
          ? withIndex(eachRow.work(runId, range, limits, around))
          : Effect.zipRight(
              withIndex(allOrNothing.work(runId, range, limits, around)),
              OnboardAccounts.rollback(runId, limits)
            )
      ),
      Effect.mapError(toFlowFailed),
      Effect.asVoid
    )
}

/**
 * Every flow of the runner that workers can share. Rotating passwords is not one of them, because
 * it writes the new passwords to a file on one machine.
 *
 * @since 0.1.0
 * @category constants
 */
export const all: ReadonlyArray<
  ClusterFlow<AdminAccounts.AdminAccounts | GlowmarktClient.GlowmarktClient | Secrets.Secrets | RunStore.RunStore>
> = [
  make(StatusAudit.flow),
  make(PlannedFlow.toFlow(RenameAccounts.flow)),
  onboarding,
  make(OffboardAccounts.applyFlow),
  make(PlannedFlow.toFlow(CorrectOwnDetails.flow)),
  make(PlannedFlow.toFlow(RotateMobileTokens.flow))
]
