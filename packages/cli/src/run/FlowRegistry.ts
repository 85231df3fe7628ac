/**
 * Finds the flows that change something, by the name that their plans and runs contain.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import type { AdminAccounts, GlowmarktClient } from "@effect-glowmarkt/core"
import type * as ApplyResult from "@effect-glowmarkt/runner/ApplyResult"
import * as CorrectOwnDetails from "@effect-glowmarkt/runner/CorrectOwnDetails"
import * as OffboardAccounts from "@effect-glowmarkt/runner/OffboardAccounts"
import * as OnboardAccounts from "@effect-glowmarkt/runner/OnboardAccounts"
import * as PlannedFlow from "@effect-glowmarkt/runner/PlannedFlow"
import * as RenameAccounts from "@effect-glowmarkt/runner/RenameAccounts"
import * as RotateMobileTokens from "@effect-glowmarkt/runner/RotateMobileTokens"
import * as RotatePasswords from "@effect-glowmarkt/runner/RotatePasswords"
import * as Secrets from "@effect-glowmarkt/runner/Secrets"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CredentialResolver from "../config/CredentialResolver.js"
import { plural } from "../terminal/Format.js"
import { type CliFlow, type FlowServices, makeOpen, type RunOutcome, type Undo } from "./CliFlow.js"

const administrator: FlowServices<AdminAccounts.AdminAccounts> = CredentialResolver.admin

/**
 * Users sign in themselves. If an administrator's credentials are configured, they are used to read
 * what users cannot read about themselves.
 */
const users: FlowServices<GlowmarktClient.GlowmarktClient | Secrets.Secrets | FileSystem.FileSystem> = (auth) =>
  Layer.mergeAll(
    CredentialResolver.client,
    Secrets.layer,
    Layer.effect(FileSystem.FileSystem, FileSystem.FileSystem),
    CredentialResolver.adminIfAny(auth)
  )

const toOutcome = Effect.map((summary: ApplyResult.Summary): RunOutcome => ({ summary }))

const noDeletions: Pick<CliFlow, "deletions" | "deletes"> = {
  deletions: () => 0,
  deletes: () => "makes no account inactive"
}

const undoOf = <P extends object, W, Read, E extends PlannedFlow.StepError, R>(
  flow: PlannedFlow.Undoable<P, W, Read, E, R>
): Undo => ({ plan: (runId) => PlannedFlow.undo(flow, runId) })

const outcomeOf =
  (flow: { readonly name: string }): CliFlow["outcome"] =>
  (runId) =>
    toOutcome(PlannedFlow.summary(flow, runId))

const cliFlow = <P extends object, W, Read, E extends PlannedFlow.StepError, R>(
  flow: PlannedFlow.PlannedFlow<P, W, Read, E, R>,
  flowServices: FlowServices<R>,
  properties: Pick<CliFlow, "command" | "subjects" | "undo">
): CliFlow => ({
  ...properties,
  ...noDeletions,
  open: makeOpen(flowServices, {
    apply: (plan, options) => toOutcome(PlannedFlow.apply(flow, plan, options)),
    resume: (runId, options) => toOutcome(PlannedFlow.resume(flow, runId, options))
  }),
  rows: (runId) => PlannedFlow.rows(flow, runId),
  outcome: outcomeOf(flow),
  distribution: { list: (plan, options) => PlannedFlow.list(flow, plan, options) }
})

const table: Readonly<Record<string, CliFlow>> = {
  renameAccounts: cliFlow(RenameAccounts.flow, administrator, {
    command: "rename",
    subjects: "accounts",
    undo: undoOf(RenameAccounts.flow)
  }),
  onboardAccounts: {
    command: "onboard",
    subjects: "users",
    // A rollback also affects the accounts that were added before the run was resumed.
    deletions: ({ counts, parameters }) => (parameters["together"] === "allOrNothing" ? counts.change : 0),
    deletes: (deletions) => `makes up to ${plural(deletions, "account")} inactive if one cannot be added`,
    open: makeOpen(administrator, OnboardAccounts),
    rows: OnboardAccounts.rows,
    outcome: OnboardAccounts.result,
    distribution: OnboardAccounts,
    undo: { plan: (runId, auth) => Effect.provide(OnboardAccounts.undo(runId), CredentialResolver.admin(auth)) }
  },
  offboardAccounts: {
    command: "offboard",
    subjects: "accounts",
    deletions: ({ remaining }) => remaining,
    deletes: (deletions) => `makes ${plural(deletions, "account")} inactive`,
    open: makeOpen(administrator, {
      apply: (plan, options) => toOutcome(OffboardAccounts.apply(plan, options)),
      resume: (runId, options) => toOutcome(OffboardAccounts.resume(runId, options))
    }),
    rows: OffboardAccounts.rows,
    outcome: outcomeOf(OffboardAccounts.applyFlow),
    distribution: OffboardAccounts,
    undo: { reason: "the API cannot make an account active again" }
  },
  correctOwnDetails: cliFlow(CorrectOwnDetails.flow, users, {
    command: "correct",
    subjects: "users",
    undo: undoOf(CorrectOwnDetails.flow)
  }),
  rotatePasswords: {
    command: "passwords",
    subjects: "users",
    ...noDeletions,
    open: makeOpen(users, {
      apply: (plan, options) => toOutcome(RotatePasswords.apply(plan, options)),
      resume: (runId, options) => toOutcome(RotatePasswords.resume(runId, options))
    }),
    rows: RotatePasswords.rows,
    outcome: outcomeOf({ name: "rotatePasswords" }),
    distribution: { reason: "applying it writes the new passwords to a file on this machine" },
    undo: { reason: "old passwords are not kept" }
  },
  rotateMobileTokens: cliFlow(RotateMobileTokens.flow, users, {
    command: "mobile-tokens",
    subjects: "users",
    undo: { reason: "the API cannot list tokens; plan the old tokens as new ones instead" }
  })
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const find = (name: string): Option.Option<CliFlow> =>
  Object.hasOwn(table, name) ? Option.fromNullable(table[name]) : Option.none()

/**
 * @since 0.1.0
 * @category constructors
 */
export const names: ReadonlyArray<string> = Object.keys(table)
