/**
 * A flow that changes something, with the words, credentials and undo that the commands need.
 *
 * @since 0.1.0
 */

import type * as FileSystem from "@effect/platform/FileSystem"
import type { ApplyResult, Consent, OnboardAccounts, Plan, PlannedFlow, Run, RunStore } from "@effect-glowmarkt/runner"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { AdminScheme } from "../args/Auth.js"
import type * as CredentialResolver from "../config/CredentialResolver.js"
import type { CommandError } from "../exit/CommandError.js"

/**
 * The outcome of a run. `rollback` is set if added accounts had to be made inactive.
 *
 * @since 0.1.0
 * @category models
 */
export interface RunOutcome {
  readonly summary: ApplyResult.Summary
  readonly rollback?: OnboardAccounts.Rollback
}

/**
 * The consent the person gave.
 *
 * @since 0.1.0
 * @category models
 */
export interface WithConsent {
  readonly consent: Consent.Consent
}

/**
 * Applies a plan or resumes a run.
 *
 * @since 0.1.0
 * @category models
 */
export interface FlowActions<R> {
  readonly apply: (
    plan: Plan.Plan,
    options: PlannedFlow.ApplyOptions & WithConsent
  ) => Effect.Effect<RunOutcome, CommandError, R>
  readonly resume: (
    runId: Run.RunId,
    options: PlannedFlow.ResumeOptions & WithConsent
  ) => Effect.Effect<RunOutcome, CommandError, R>
}

/**
 * The changes of a plan, or the remaining changes of a run that has begun.
 *
 * @since 0.1.0
 * @category models
 */
export interface PendingWork extends Pick<ApplyResult.PlanRun, "counts" | "parameters" | "remaining"> {}

/**
 * How to plan the undo of a run, or why it cannot be undone.
 *
 * @since 0.1.0
 * @category models
 */
export type Undo =
  | { readonly reason: string }
  | {
      readonly plan: (
        runId: Run.RunId,
        auth: Option.Option<AdminScheme>
      ) => Effect.Effect<Plan.Plan, CommandError, RunStore.RunStore | CredentialResolver.PromptServices>
    }

/**
 * How to store a plan for the workers of a database, or why they cannot apply it. `list` sends
 * nothing to the server.
 *
 * @since 0.1.0
 * @category models
 */
export type Distribution =
  | { readonly reason: string }
  | {
      readonly list: (
        plan: Plan.Plan,
        options: PlannedFlow.ApplyOptions & WithConsent
      ) => Effect.Effect<Run.Run, CommandError, RunStore.RunStore>
    }

/**
 * - `command` is the word after `glowmarkt plan`.
 * - `subjects` is the plural noun for what the flow changes.
 * - `deletions` is the number of accounts the work may make inactive, `deletes` a phrase for it.
 * - `open` resolves the credentials. It runs before the confirmation.
 * - `outcome` reads the outcome of a finished run.
 *
 * @since 0.1.0
 * @category models
 */
export interface CliFlow {
  readonly command: string
  readonly subjects: "accounts" | "users"
  readonly deletions: (work: PendingWork) => number
  readonly deletes: (deletions: number) => string
  readonly open: (
    auth: Option.Option<AdminScheme>
  ) => Effect.Effect<
    FlowActions<RunStore.RunStore>,
    CredentialResolver.ResolveError,
    CredentialResolver.PromptServices | FileSystem.FileSystem | Scope.Scope
  >
  readonly rows: (runId: Run.RunId) => Stream.Stream<ApplyResult.Row, CommandError, RunStore.RunStore>
  readonly outcome: (runId: Run.RunId) => Effect.Effect<RunOutcome, CommandError, RunStore.RunStore>
  readonly distribution: Distribution
  readonly undo: Undo
}

/**
 * Provides the services that a flow needs, with the credentials in the environment.
 *
 * @since 0.1.0
 * @category models
 */
export type FlowServices<R> = (
  auth: Option.Option<AdminScheme>
) => Layer.Layer<R, CredentialResolver.ResolveError, CredentialResolver.PromptServices | FileSystem.FileSystem>

/**
 * Builds a flow's services once and provides them to its actions.
 *
 * @since 0.1.0
 * @category constructors
 */
export const makeOpen =
  <R>(flowServices: FlowServices<R>, { apply, resume }: FlowActions<R | RunStore.RunStore>): CliFlow["open"] =>
  (auth) =>
    Effect.map(Layer.build(flowServices(auth)), (services) => {
      const withServices = Effect.mapInputContext((store: Context.Context<RunStore.RunStore>) =>
        Context.merge(store, services)
      )
      return {
        apply: (plan, options) => withServices(apply(plan, options)),
        resume: (runId, options) => withServices(resume(runId, options))
      }
    })
