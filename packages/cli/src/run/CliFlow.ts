/**
 * A flow that changes something, as the command line needs it: by name, with credentials from the environment.
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
 * What a run came to. `undone` is there when what was added had to be made inactive again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Ended {
  readonly summary: ApplyResult.Summary
  readonly undone?: OnboardAccounts.Undone
}

/**
 * The consent that was given, where any is needed.
 *
 * @since 0.1.0
 * @category models
 */
export interface Consenting {
  readonly consent: Consent.Consent
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Running<R> {
  readonly apply: (
    plan: Plan.Plan,
    options: PlannedFlow.ApplyOptions & Consenting
  ) => Effect.Effect<Ended, CommandError, R>
  readonly resume: (
    runId: Run.RunId,
    options: PlannedFlow.ResumeOptions & Consenting
  ) => Effect.Effect<Ended, CommandError, R>
}

/**
 * What there is to do, of a plan or of a run that has begun.
 *
 * @since 0.1.0
 * @category models
 */
export interface Work extends Pick<ApplyResult.Begun, "counts" | "parameters" | "remaining"> {}

/**
 * The plan that takes a run back, or why there is none.
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
      ) => Effect.Effect<Plan.Plan, CommandError, RunStore.RunStore | CredentialResolver.Asking>
    }

/**
 * - `command` is the word after `glowmarkt plan`.
 * - `subjects` are what it changes.
 * - `deletions` says how many accounts the work may make inactive, `deletes` says it in words.
 * - `open` finds the credentials, before anybody is asked anything.
 *
 * @since 0.1.0
 * @category models
 */
export interface CliFlow {
  readonly command: string
  readonly subjects: "accounts" | "users"
  readonly deletions: (work: Work) => number
  readonly deletes: (deletions: number) => string
  readonly open: (
    auth: Option.Option<AdminScheme>
  ) => Effect.Effect<
    Running<RunStore.RunStore>,
    CredentialResolver.Trouble,
    CredentialResolver.Asking | FileSystem.FileSystem | Scope.Scope
  >
  readonly rows: (runId: Run.RunId) => Stream.Stream<ApplyResult.Row, CommandError, RunStore.RunStore>
  readonly undo: Undo
}

/**
 * Whose credentials are found how.
 *
 * @since 0.1.0
 * @category models
 */
export type Callers<R> = (
  auth: Option.Option<AdminScheme>
) => Layer.Layer<R, CredentialResolver.Trouble, CredentialResolver.Asking | FileSystem.FileSystem>

/**
 * Gives a flow the callers it asks for.
 *
 * @since 0.1.0
 * @category constructors
 */
export const opening =
  <R>(callers: Callers<R>, { apply, resume }: Running<R | RunStore.RunStore>): CliFlow["open"] =>
  (auth) =>
    Effect.map(Layer.build(callers(auth)), (services) => {
      const withServices = Effect.mapInputContext((store: Context.Context<RunStore.RunStore>) =>
        Context.merge(store, services)
      )
      return {
        apply: (plan, options) => withServices(apply(plan, options)),
        resume: (runId, options) => withServices(resume(runId, options))
      }
    })
