/**
 * Prompts for confirmation and secrets. Questions go to standard error, so that data can be piped;
 * secrets are not echoed.
 *
 * @since 0.1.0
 */
import type * as PlatformError from "@effect/platform/Error"
import { SystemError } from "@effect/platform/Error"
import type * as Terminal from "@effect/platform/Terminal"
import * as NodeStream from "@effect/platform-node/NodeStream"
import * as StrictText from "@effect-glowmarkt/runner/StrictText"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { UsageError } from "../exit/CommandError.js"
import * as Output from "./Output.js"
import * as ReadLine from "./ReadLine.js"

/**
 * The service behind the tag {@link Input}.
 *
 * @since 0.1.0
 * @category models
 */
export interface InputService {
  readonly kind: "terminal" | "text"
  /** The text, in an encoding its reader must detect. */
  readonly bytes: Stream.Stream<Uint8Array, PlatformError.PlatformError>
}

/**
 * Standard input, which is a terminal or a text.
 *
 * @since 0.1.0
 * @category services
 */
export class Input extends Context.Tag("@effect-glowmarkt/cli/Input")<Input, InputService>() {}

const fromProcess = NodeStream.fromReadable<PlatformError.PlatformError, Uint8Array>(
  () => process.stdin,
  (cause) =>
    new SystemError({
      reason: "Unknown",
      module: "Stream",
      method: "read",
      description: "standard input cannot be read",
      cause
    })
)

/**
 * @since 0.1.0
 * @category layers
 */
export const layerInputProcess: Layer.Layer<Input> = Layer.sync(Input, () => ({
  kind: process.stdin.isTTY ? ("terminal" as const) : ("text" as const),
  // After its end, the stream emits no second end event.
  bytes: Stream.suspend(() => (process.stdin.readableEnded ? Stream.empty : fromProcess))
}))

/**
 * Asks a yes/no question. Without a terminal, fails with an error that names the option to pass
 * instead.
 *
 * @since 0.1.0
 * @category running
 */
export const consent = (
  question: string
): Effect.Effect<boolean, UsageError | Terminal.QuitException, Input | Terminal.Terminal | Output.Output> =>
  Effect.flatMap(
    Input,
    ({ kind }): Effect.Effect<boolean, UsageError | Terminal.QuitException, Terminal.Terminal | Output.Output> =>
      kind === "terminal"
        ? Effect.map(ReadLine.read(`${question} (y/N)`, "shown"), (answer) => /^y(es)?$/i.test(answer.trim()))
        : new UsageError({ message: "Confirmation needs a terminal.\nPass --yes to confirm." })
  )

/**
 * A secret to find: the variables that may contain it, in order of precedence, and its name in
 * prompts.
 *
 * @since 0.1.0
 * @category models
 */
export interface SecretPrompt {
  readonly variables: readonly [string, ...Array<string>]
  readonly name: string
  /** Set `twice` to ask for the secret twice, if a typing error would lock the user out. */
  readonly typed: "once" | "twice"
}

const variableOf = (prompts: SecretPrompt) =>
  prompts.variables
    .map((variable) => Config.redacted(Config.nonEmptyString(variable)))
    .reduce((first, next) => Config.orElse(first, () => next))
    .pipe(Config.option)

/** Refuses a secret that a conversion has damaged. */
const ensureUndamaged = (secret: Redacted.Redacted, where: string): Effect.Effect<Redacted.Redacted, UsageError> => {
  const problem = StrictText.decodingProblem(Redacted.value(secret))
  return problem === undefined
    ? Effect.succeed(secret)
    : new UsageError({ message: `${where} ${problem}. Nothing was sent.\nEnter it as UTF-8.` })
}

const fromEnvironment = (prompts: SecretPrompt) =>
  Effect.flatMap(
    variableOf(prompts),
    Effect.transposeMapOption((secret) => ensureUndamaged(secret, `${prompts.name} in the environment`))
  )

const hidden = (question: string, name: string) =>
  Effect.flatMap(ReadLine.read(question, "hidden"), (line) => ensureUndamaged(Redacted.make(line), name))

const typed = Effect.fnUntraced(function* (prompts: SecretPrompt) {
  const first = yield* hidden(`${prompts.name}:`, prompts.name)
  if (Redacted.value(first) === "") {
    return yield* new UsageError({ message: `${prompts.name} is empty. Nothing was changed.` })
  }
  if (prompts.typed === "twice") {
    const second = yield* hidden(`${prompts.name} again:`, prompts.name)
    if (Redacted.value(first) !== Redacted.value(second)) {
      return yield* new UsageError({ message: `${prompts.name}: the two entries differ. Nothing was changed.` })
    }
  }
  return first
})

const names = (prompts: ReadonlyArray<SecretPrompt>) =>
  prompts.map(({ name, variables }) => `${name.toLowerCase()} (or set ${variables[0]})`).join(", then the ")

/** Prints what is expected if nothing arrives, so that a silent pipe does not look like a hang. */
const reminding = <A, E, R>(reading: Effect.Effect<A, E, R>, prompts: ReadonlyArray<SecretPrompt>) =>
  Effect.raceFirst(
    reading,
    Effect.zipRight(
      Effect.delay(Output.note(`Waiting for standard input: the ${names(prompts)}.`), Duration.seconds(3)),
      Effect.never
    )
  )

const collected = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(bytes), (chunks) => Buffer.concat([...chunks]))

const piped = Effect.fnUntraced(function* (prompts: ReadonlyArray<SecretPrompt>) {
  const { bytes } = yield* Input
  const text = yield* Effect.mapError(
    StrictText.decode(yield* reminding(collected(bytes), prompts)),
    (problem) =>
      new UsageError({ message: `Standard input ${problem}. Nothing was sent.\nPass the ${names(prompts)} as UTF-8.` })
  )
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/)
  if (lines.length !== prompts.length || lines.includes("")) {
    return yield* new UsageError({
      message: `Standard input should have ${prompts.length === 1 ? "one line" : `${prompts.length} lines`}: the ${names(prompts)}.`
    })
  }
  return lines.map((line) => Redacted.make(line))
})

/**
 * Reads secrets from the environment. Prompts for those that are not set or, without a terminal,
 * reads them from standard input, one per line, in the order of `prompts`.
 *
 * @since 0.1.0
 * @category running
 */
export const secrets = <const All extends ReadonlyArray<SecretPrompt>>(
  prompts: All
): Effect.Effect<
  { readonly [Index in keyof All]: Redacted.Redacted },
  UsageError | Terminal.QuitException | ConfigError.ConfigError | PlatformError.PlatformError,
  Input | Output.Output | Terminal.Terminal
> =>
  Effect.gen(function* () {
    const found = yield* Effect.forEach(prompts, (secret) =>
      Effect.map(fromEnvironment(secret), (value) => ({ secret, value }))
    )
    const missing = found.flatMap(({ secret, value }) => (Option.isNone(value) ? [secret] : []))
    const { kind } = yield* Input
    const typedOrPiped =
      missing.length === 0
        ? []
        : [...(kind === "terminal" ? yield* Effect.forEach(missing, typed) : yield* piped(missing))]
    const all = found.flatMap(({ value }) => (Option.isSome(value) ? [value.value] : typedOrPiped.splice(0, 1)))
    // Safe: there is one secret per prompt, in the same order.
    return all as { readonly [Index in keyof All]: Redacted.Redacted }
  })
