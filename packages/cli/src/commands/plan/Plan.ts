/**
 * What the commands under `glowmarkt plan` do. Each reads all of its input before it asks the server anything, and writes nothing to it.
 *
 * @since 0.1.0
 */
import { Identifier } from "@effect-glowmarkt/core"
import {
  CorrectOwnDetails,
  CsvInput,
  type Finding,
  OffboardAccounts,
  OnboardAccounts,
  type Plan,
  PlannedFlow,
  RenameAccounts,
  RotateMobileTokens,
  RotatePasswords,
  type Run,
  RunStore,
  Secrets,
  StatusAudit
} from "@effect-glowmarkt/runner"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { AdminScheme } from "../../args/Auth.js"
import type { Effort } from "../../args/RunFlags.js"
import * as CredentialResolver from "../../config/CredentialResolver.js"
import { UsageError } from "../../exit/CommandError.js"
import * as InputFile from "../../files/InputFile.js"
import * as OutputFile from "../../files/OutputFile.js"
import * as FlowRegistry from "../../run/FlowRegistry.js"
import * as Pace from "../../run/Pace.js"
import * as Store from "../../run/Store.js"
import * as MakePlan from "./MakePlan.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface PlanOptions extends MakePlan.Wishes, Effort {
  readonly csv: string
  readonly invalid: CsvInput.Invalid
  readonly auth: Option.Option<AdminScheme>
}

interface OfApplication extends PlanOptions {
  readonly application: Option.Option<Identifier.ApplicationId>
}

const input = <A>(definition: CsvInput.Definition<A>, { csv, invalid }: Pick<PlanOptions, "csv" | "invalid">) =>
  CsvInput.read(definition, InputFile.bytes(csv), { invalid })

/** Before anything else, so that a plan of an hour does not end with nowhere to go. */
const withPlace = <A, E, R>(
  command: Effect.Effect<A, E, R>,
  { csv = Option.none(), out }: MakePlan.Wishes & { readonly csv?: string | Option.Option<string> }
) => {
  if (Option.isNone(out)) return command
  const inputs = typeof csv === "string" ? [csv] : Option.toArray(csv)
  return OutputFile.ensureDistinct([out.value], inputs).pipe(
    Effect.zipRight(OutputFile.check(out.value)),
    Effect.zipRight(command)
  )
}

const variable = "GLOWMARKT_APPLICATION_ID"

const applicationOf = (named: Option.Option<Identifier.ApplicationId>) =>
  Effect.gen(function* () {
    const set = yield* Config.option(Identifier.applicationIdConfig)
    const known = Option.orElse(named, () => set)
    if (Option.isSome(known)) return known.value
    return yield* new UsageError({
      message: `It is not said in which application.\nSay --application ID, or set ${variable}.`
    })
  })

const users = (auth: PlanOptions["auth"]) =>
  Layer.mergeAll(CredentialResolver.client, Secrets.layer, CredentialResolver.adminIfAny(auth))

/**
 * @since 0.1.0
 * @category commands
 */
export const rename = Effect.fn("glowmarkt.plan.rename")(function* (options: PlanOptions) {
  const { invalid, rows } = yield* input(RenameAccounts.flow.input, options)
  const target = yield* CredentialResolver.target
  const planning = PlannedFlow.plan(RenameAccounts.flow, { rows, invalid, parameters: {}, target, ...Pace.of(options) })
  return yield* Effect.provide(MakePlan.make(options, planning), CredentialResolver.admin(options.auth))
}, withPlace)

/**
 * @since 0.1.0
 * @category commands
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
    ...Pace.of(options)
  })
  return yield* Effect.provide(MakePlan.make(options, planning), CredentialResolver.admin(options.auth))
}, withPlace)

/**
 * Which accounts go: those of a file, or those of an audit that have any of these findings.
 *
 * @since 0.1.0
 * @category models
 */
export interface OffboardOptions extends Omit<OfApplication, "csv"> {
  readonly csv: Option.Option<string>
  readonly fromAudit: Option.Option<Run.RunId>
  readonly findings: Option.Option<ReadonlyArray<Finding.Finding>>
  readonly store: Option.Option<string>
}

const chosen = Effect.fnUntraced(function* ({ csv, findings, fromAudit, invalid, store }: OffboardOptions) {
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
      "Which accounts is said in one of two ways.\nName a CSV, or an audit and findings: --from-audit RUN --findings inactive,dormant."
  })
})

/**
 * @since 0.1.0
 * @category commands
 */
export const offboard = Effect.fn("glowmarkt.plan.offboard")(function* (options: OffboardOptions) {
  const { invalid, rows } = yield* chosen(options)
  const applicationId = yield* applicationOf(options.application)
  const target = { ...(yield* CredentialResolver.target), applicationId }
  const planning = OffboardAccounts.plan({ rows, invalid, parameters: { applicationId }, target, ...Pace.of(options) })
  return yield* Effect.provide(MakePlan.make(options, planning), CredentialResolver.admin(options.auth))
}, withPlace)

type Given<A> = Omit<PlannedFlow.PlanOptions<object, A>, "parameters"> & {
  readonly applicationId: Identifier.ApplicationId
}

/** What users do about their own accounts, as themselves. */
const asUsers = Effect.fnUntraced(function* <A, E, R>(
  definition: CsvInput.Definition<A>,
  options: OfApplication,
  plan: (given: Given<A>) => Effect.Effect<Plan.Plan, E, R>
) {
  const { invalid, rows } = yield* input(definition, options)
  const applicationId = yield* applicationOf(options.application)
  const target = { ...(yield* CredentialResolver.target), applicationId }
  const planning = plan({ rows, invalid, target, applicationId, ...Pace.of(options) })
  return yield* MakePlan.make(options, Effect.provide(planning, users(options.auth)))
})

/**
 * @since 0.1.0
 * @category commands
 */
export const correct = Effect.fn("glowmarkt.plan.correct")(function* (options: OfApplication) {
  return yield* asUsers(CorrectOwnDetails.flow.input, options, ({ applicationId, ...given }) =>
    PlannedFlow.plan(CorrectOwnDetails.flow, { ...given, parameters: { applicationId } })
  )
}, withPlace)

/**
 * @since 0.1.0
 * @category commands
 */
export const passwords = Effect.fn("glowmarkt.plan.passwords")(function* (
  options: OfApplication & { readonly passwordFile: string }
) {
  const { passwordFile } = options
  yield* OutputFile.ensureDistinct([passwordFile], [options.csv, ...Option.toArray(options.out)])
  return yield* asUsers(RotatePasswords.input, options, ({ applicationId, ...given }) =>
    RotatePasswords.plan({ ...given, parameters: { applicationId, passwordFile } })
  )
}, withPlace)

/**
 * @since 0.1.0
 * @category commands
 */
export const mobileTokens = Effect.fn("glowmarkt.plan.mobile-tokens")(function* (options: OfApplication) {
  return yield* asUsers(RotateMobileTokens.flow.input, options, ({ applicationId, ...given }) =>
    PlannedFlow.plan(RotateMobileTokens.flow, { ...given, parameters: { applicationId } })
  )
}, withPlace)

/**
 * @since 0.1.0
 * @category models
 */
export interface UndoOptions extends MakePlan.Wishes {
  readonly run: Run.RunId
  readonly store: Option.Option<string>
  readonly auth: Option.Option<AdminScheme>
}

const undoing = Effect.fnUntraced(function* ({ auth, run: runId }: UndoOptions) {
  const { flow } = yield* Effect.flatMap(RunStore.RunStore, (store) => store.get(runId))
  if (flow === StatusAudit.flow.name) {
    return yield* new UsageError({
      message: `Run ${runId} is an audit: it changed nothing, so there is nothing to undo.`
    })
  }
  const known = FlowRegistry.find(flow)
  if (Option.isNone(known)) {
    return yield* new UsageError({
      message: `Run ${runId} is of the flow ${flow}, which this program does not know.\nUndo it with the program that began it.`
    })
  }
  const { undo } = known.value
  return "reason" in undo
    ? yield* new UsageError({ message: `Run ${runId} is of the flow ${flow}, which cannot be undone: ${undo.reason}.` })
    : yield* undo.plan(runId, auth)
})

/**
 * @since 0.1.0
 * @category commands
 */
export const undo = Effect.fn("glowmarkt.plan.undo")(function* (options: UndoOptions) {
  return yield* MakePlan.make(options, Effect.provide(undoing(options), yield* Store.reader(options.store)))
}, withPlace)
