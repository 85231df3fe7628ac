/**
 * Runs the commands of `glowmarkt plan`. Each reads all of its input before
 * sending any request, and changes nothing on the server.
 *
 * @since 0.1.0
 */
import * as Identifier from "@effect-glowmarkt/core/Identifier"
import * as CorrectOwnDetails from "@effect-glowmarkt/runner/CorrectOwnDetails"
import * as CsvInput from "@effect-glowmarkt/runner/CsvInput"
import type * as Finding from "@effect-glowmarkt/runner/Finding"
import * as OffboardAccounts from "@effect-glowmarkt/runner/OffboardAccounts"
import * as OnboardAccounts from "@effect-glowmarkt/runner/OnboardAccounts"
import type * as Plan from "@effect-glowmarkt/runner/Plan"
import * as PlannedFlow from "@effect-glowmarkt/runner/PlannedFlow"
import * as RenameAccounts from "@effect-glowmarkt/runner/RenameAccounts"
import * as RotateMobileTokens from "@effect-glowmarkt/runner/RotateMobileTokens"
import * as RotatePasswords from "@effect-glowmarkt/runner/RotatePasswords"
import type * as Run from "@effect-glowmarkt/runner/Run"
import * as RunStore from "@effect-glowmarkt/runner/RunStore"
import * as Secrets from "@effect-glowmarkt/runner/Secrets"
import * as StatusAudit from "@effect-glowmarkt/runner/StatusAudit"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AdminScheme } from "../../args/Auth.js"
import type { StoreFlags } from "../../args/RunFlags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { UsageError } from "../../exit/CommandError.js"
import * as InputFile from "../../files/InputFile.js"
import * as OutputFile from "../../files/OutputFile.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as RunLimits from "../../run/RunLimits.js"
import * as Store from "../../run/Store.js"
import * as MakePlan from "./MakePlan.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface PlanOptions extends MakePlan.OutputOptions {
  readonly csv: string
  readonly invalid: CsvInput.Invalid
  readonly auth: Option.Option<AdminScheme>
}

interface ApplicationPlanOptions extends PlanOptions {
  readonly application: Option.Option<Identifier.ApplicationId>
}

const input = <A>(definition: CsvInput.Definition<A>, { csv, invalid }: Pick<PlanOptions, "csv" | "invalid">) =>
  CsvInput.read(definition, InputFile.bytes(csv), { invalid })

/** Checks that the plan can be written before any work is done. */
const checkingOutput = <A, E, R>(
  command: Effect.Effect<A, E, R>,
  { csv = Option.none(), out }: MakePlan.OutputOptions & { readonly csv?: string | Option.Option<string> }
) => {
  if (Option.isNone(out)) return command
  const inputs = typeof csv === "string" ? [csv] : Option.toArray(csv)
  return OutputFile.ensureDistinct([out.value], inputs).pipe(
    Effect.zipRight(OutputFile.check(out.value)),
    Effect.zipRight(command)
  )
}

const variable = "GLOWMARKT_APPLICATION_ID"

const applicationOf = (application: Option.Option<Identifier.ApplicationId>) =>
  Effect.gen(function* () {
    if (Option.isSome(application)) return application.value
    const configured = yield* Config.option(Identifier.applicationIdConfig)
    if (Option.isSome(configured)) return configured.value
    return yield* new UsageError({
      message: `No application given.\nPass --application ID, or set ${variable}.`
    })
  })

const users = (auth: PlanOptions["auth"]) =>
  Layer.mergeAll(CredentialResolver.client, Secrets.layer, CredentialResolver.adminIfAny(auth))

/**
 * @since 0.1.0
 * @category running
 */
export const rename = Effect.fn("glowmarkt.plan.rename")(function* (options: PlanOptions) {
  const { invalid, rows } = yield* input(RenameAccounts.flow.input, options)
  const target = yield* CredentialResolver.target
  const planning = PlannedFlow.plan(RenameAccounts.flow, {
    rows,
    invalid,
    parameters: {},
    target,
    ...RunLimits.fromFlags(options)
  })
  return yield* Effect.provide(MakePlan.make(options, planning), CredentialResolver.admin(options.auth))
}, checkingOutput)

/**
 * @since 0.1.0
 * @category running
 */
export const onboard = Effect.fn("glowmarkt.plan.onboard")(function* (
  options: PlanOptions & OnboardAccounts.Parameters
) {
  const { invalid, rows } = yield* input(OnboardAccounts.input, options)
  const target = yield* CredentialResolver.target
  const planning = OnboardAccounts.plan({
    rows,
    invalid,
    parameters: { together: options.together },
    target,
    ...RunLimits.fromFlags(options)
  })
  return yield* Effect.provide(MakePlan.make(options, planning), CredentialResolver.admin(options.auth))
}, checkingOutput)

/**
 * Selects the accounts: those of a file, or those of an audit with any of these findings.
 *
 * @since 0.1.0
 * @category models
 */
export interface OffboardOptions extends Omit<ApplicationPlanOptions, "csv">, StoreFlags {
  readonly csv: Option.Option<string>
  readonly fromAudit: Option.Option<Run.RunId>
  readonly findings: Option.Option<ReadonlyArray<Finding.Finding>>
}

const selectedRows = Effect.fnUntraced(function* ({ csv, findings, fromAudit, invalid, ...store }: OffboardOptions) {
  if (Option.isSome(csv) && Option.isNone(fromAudit) && Option.isNone(findings)) {
    return yield* input(OffboardAccounts.input, { csv: csv.value, invalid })
  }
  if (Option.isNone(csv) && Option.isSome(fromAudit) && Option.isSome(findings)) {
    const [first, ...others] = findings.value
    if (first !== undefined) {
      const reading = OffboardAccounts.fromAudit(fromAudit.value, [first, ...others])
      return yield* Effect.provide(reading, yield* Store.reader(store))
    }
  }
  return yield* new UsageError({
    message:
      "Specify the accounts in one of two ways:\na CSV file, or --from-audit RUN with --findings inactive,dormant."
  })
})

/**
 * @since 0.1.0
 * @category running
 */
export const offboard = Effect.fn("glowmarkt.plan.offboard")(function* (options: OffboardOptions) {
  const { invalid, rows } = yield* selectedRows(options)
  const applicationId = yield* applicationOf(options.application)
  const target = { ...(yield* CredentialResolver.target), applicationId }
  const planning = OffboardAccounts.plan({
    rows,
    invalid,
    parameters: { applicationId },
    target,
    ...RunLimits.fromFlags(options)
  })
  return yield* Effect.provide(MakePlan.make(options, planning), CredentialResolver.admin(options.auth))
}, checkingOutput)

type UserPlanInput<A> = Omit<PlannedFlow.PlanOptions<object, A>, "parameters"> & {
  readonly applicationId: Identifier.ApplicationId
}

/** Plans changes that users make to their own accounts, with their own credentials. */
const planAsUsers = Effect.fnUntraced(function* <A, E, R>(
  definition: CsvInput.Definition<A>,
  options: ApplicationPlanOptions,
  plan: (input: UserPlanInput<A>) => Effect.Effect<Plan.Plan, E, R>
) {
  const { invalid, rows } = yield* input(definition, options)
  const applicationId = yield* applicationOf(options.application)
  const target = { ...(yield* CredentialResolver.target), applicationId }
  const planning = plan({ rows, invalid, target, applicationId, ...RunLimits.fromFlags(options) })
  return yield* MakePlan.make(options, Effect.provide(planning, users(options.auth)))
})

/**
 * @since 0.1.0
 * @category running
 */
export const correct = Effect.fn("glowmarkt.plan.correct")(function* (options: ApplicationPlanOptions) {
  return yield* planAsUsers(CorrectOwnDetails.flow.input, options, ({ applicationId, ...input }) =>
    PlannedFlow.plan(CorrectOwnDetails.flow, { ...input, parameters: { applicationId } })
  )
}, checkingOutput)

/**
 * @since 0.1.0
 * @category running
 */
export const passwords = Effect.fn("glowmarkt.plan.passwords")(function* (
  options: ApplicationPlanOptions & { readonly passwordFile: string }
) {
  const { passwordFile } = options
  yield* OutputFile.ensureDistinct([passwordFile], [options.csv, ...Option.toArray(options.out)])
  return yield* planAsUsers(RotatePasswords.input, options, ({ applicationId, ...input }) =>
    RotatePasswords.plan({ ...input, parameters: { applicationId, passwordFile } })
  )
}, checkingOutput)

/**
 * @since 0.1.0
 * @category running
 */
export const mobileTokens = Effect.fn("glowmarkt.plan.mobile-tokens")(function* (options: ApplicationPlanOptions) {
  return yield* planAsUsers(RotateMobileTokens.flow.input, options, ({ applicationId, ...input }) =>
    PlannedFlow.plan(RotateMobileTokens.flow, { ...input, parameters: { applicationId } })
  )
}, checkingOutput)

/**
 * @since 0.1.0
 * @category models
 */
export interface UndoOptions extends MakePlan.OutputOptions, StoreFlags {
  readonly run: Run.RunId
  readonly auth: Option.Option<AdminScheme>
}

const undoPlan = Effect.fnUntraced(function* ({ auth, run: runId }: UndoOptions) {
  const { flow } = yield* Effect.flatMap(RunStore.RunStore, (store) => store.get(runId))
  if (flow === StatusAudit.flow.name) {
    return yield* new UsageError({
      message: `Run ${runId} is an audit. Audits change nothing, so there is nothing to undo.`
    })
  }
  const cliFlow = FlowRegistry.find(flow)
  if (Option.isNone(cliFlow)) {
    return yield* new UsageError({
      message: `Run ${runId} uses the flow ${flow}, which glowmarkt does not know.\nUndo it with the program that started it.`
    })
  }
  const { undo } = cliFlow.value
  return "reason" in undo
    ? yield* new UsageError({ message: `Run ${runId} cannot be undone (${flow}): ${undo.reason}.` })
    : yield* undo.plan(runId, auth)
})

/**
 * @since 0.1.0
 * @category running
 */
export const undo = Effect.fn("glowmarkt.plan.undo")(function* (options: UndoOptions) {
  return yield* MakePlan.make(options, Effect.provide(undoPlan(options), yield* Store.reader(options)))
}, checkingOutput)
