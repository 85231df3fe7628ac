/**
 * The flows that change something, by the names that their plans and runs bear.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import type { AdminAccounts, GlowmarktClient } from "@effect-glowmarkt/core"
import {
  type ApplyResult,
  CorrectOwnDetails,
  OffboardAccounts,
  OnboardAccounts,
  PlannedFlow,
  RenameAccounts,
  RotateMobileTokens,
  RotatePasswords,
  Secrets
} from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as CredentialResolver from "../config/CredentialResolver.js"
import { count } from "../terminal/Format.js"
import { type Callers, type CliFlow, type Ended, opening, type Undo } from "./CliFlow.js"

const administrators: Callers<AdminAccounts.AdminAccounts> = CredentialResolver.admin

/** Users sign in by themselves; an administrator, where there is one, sees what users cannot see of themselves. */
const users: Callers<GlowmarktClient.GlowmarktClient | Secrets.Secrets | FileSystem.FileSystem> = (auth) =>
  Layer.mergeAll(
    CredentialResolver.client,
    Secrets.layer,
    Layer.effect(FileSystem.FileSystem, FileSystem.FileSystem),
    CredentialResolver.adminIfAny(auth)
  )

const ended = Effect.map((summary: ApplyResult.Summary): Ended => ({ summary }))

const harmless: Pick<CliFlow, "deletions" | "deletes"> = {
  deletions: () => 0,
  deletes: () => "makes no account inactive"
}

const accounts = (number: number) => (number === 1 ? "1 account" : `${count(number)} accounts`)

const undoOf = <P extends object, W, Read, E extends PlannedFlow.Trouble, R>(
  flow: PlannedFlow.Undoable<P, W, Read, E, R>
): Undo => ({ plan: (runId) => PlannedFlow.undo(flow, runId) })

const byRow = <P extends object, W, Read, E extends PlannedFlow.Trouble, R>(
  flow: PlannedFlow.PlannedFlow<P, W, Read, E, R>,
  callers: Callers<R>,
  spelling: Pick<CliFlow, "command" | "subjects" | "undo">
): CliFlow => ({
  ...spelling,
  ...harmless,
  open: opening(callers, {
    apply: (plan, options) => ended(PlannedFlow.apply(flow, plan, options)),
    resume: (runId, options) => ended(PlannedFlow.resume(flow, runId, options))
  }),
  rows: (runId) => PlannedFlow.rows(flow, runId)
})

const table: Readonly<Record<string, CliFlow>> = {
  renameAccounts: byRow(RenameAccounts.flow, administrators, {
    command: "rename",
    subjects: "accounts",
    undo: undoOf(RenameAccounts.flow)
  }),
  onboardAccounts: {
    command: "onboard",
    subjects: "users",
    // Also what is added already is taken back.
    deletions: ({ counts, parameters }) => (parameters["together"] === "allOrNothing" ? counts.change : 0),
    deletes: (deletions) => `makes up to ${accounts(deletions)} inactive again if one cannot be added`,
    open: opening(administrators, OnboardAccounts),
    rows: OnboardAccounts.rows,
    undo: { plan: (runId, auth) => Effect.provide(OnboardAccounts.undo(runId), CredentialResolver.admin(auth)) }
  },
  offboardAccounts: {
    command: "offboard",
    subjects: "accounts",
    deletions: ({ remaining }) => remaining,
    deletes: (deletions) => `makes ${accounts(deletions)} inactive`,
    open: opening(administrators, {
      apply: (plan, options) => ended(OffboardAccounts.apply(plan, options)),
      resume: (runId, options) => ended(OffboardAccounts.resume(runId, options))
    }),
    rows: OffboardAccounts.rows,
    undo: { reason: "the API has no call that makes an account active again" }
  },
  correctOwnDetails: byRow(CorrectOwnDetails.flow, users, {
    command: "correct",
    subjects: "users",
    undo: undoOf(CorrectOwnDetails.flow)
  }),
  rotatePasswords: {
    command: "passwords",
    subjects: "users",
    ...harmless,
    open: opening(users, {
      apply: (plan, options) => ended(RotatePasswords.apply(plan, options)),
      resume: (runId, options) => ended(RotatePasswords.resume(runId, options))
    }),
    rows: RotatePasswords.rows,
    undo: { reason: "the passwords before it are not kept" }
  },
  rotateMobileTokens: byRow(RotateMobileTokens.flow, users, {
    command: "mobile-tokens",
    subjects: "users",
    undo: { reason: "the provider cannot show which tokens there are; plan the old tokens as new ones instead" }
  })
}

/**
 * @since 0.1.0
 * @category reading
 */
export const find = (name: string): Option.Option<CliFlow> =>
  Object.hasOwn(table, name) ? Option.fromNullable(table[name]) : Option.none()

/**
 * @since 0.1.0
 * @category reading
 */
export const names: ReadonlyArray<string> = Object.keys(table)
