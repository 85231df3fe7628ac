/**
 * What only the person at the prompt can say. Questions go to standard error,
 * so that data can be piped; secrets are typed unseen.
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
 * Standard input: somebody who can be asked, or a text. `bytes` are the text as it comes: what encoding it has is for its reader to find out.
 *
 * @since 0.1.0
 * @category services
 */
export class Input extends Context.Tag("@effect-glowmarkt/cli/Input")<
  Input,
  { readonly kind: "terminal" | "text"; readonly bytes: Stream.Stream<Uint8Array, PlatformError.PlatformError> }
>() {}

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
  // One who was read to the end says so no second time.
  bytes: Stream.suspend(() => (process.stdin.readableEnded ? Stream.empty : fromProcess))
}))

/**
 * Asks yes or no. Where nobody can be asked, it is an error that
 * names the way to do without.
 *
 * @since 0.1.0
 * @category asking
 */
export const consent = (
  question: string
): Effect.Effect<boolean, UsageError | Terminal.QuitException, Input | Terminal.Terminal | Output.Output> =>
  Effect.flatMap(
    Input,
    ({ kind }): Effect.Effect<boolean, UsageError | Terminal.QuitException, Terminal.Terminal | Output.Output> =>
      kind === "terminal"
        ? Effect.map(ReadLine.read(`${question} (y/N)`, "shown"), (answer) => /^y(es)?$/i.test(answer.trim()))
        : new UsageError({ message: "There is no terminal to ask for consent.\nSay --yes if you are sure." })
  )

/**
 * A secret a command needs: the variables it may be in, by precedence, and what
 * to call it.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wanted {
  readonly variables: readonly [string, ...Array<string>]
  readonly name: string
  /** Typed twice where a slip of the finger would lock somebody out. */
  readonly typed: "once" | "twice"
}

const variableOf = (wanted: Wanted) =>
  wanted.variables
    .map((variable) => Config.redacted(Config.nonEmptyString(variable)))
    .reduce((first, next) => Config.orElse(first, () => next))
    .pipe(Config.option)

/** Refuses a secret that some conversion has changed: it is not the one that was meant. */
const undamaged = (secret: Redacted.Redacted, where: string): Effect.Effect<Redacted.Redacted, UsageError> => {
  const damage = StrictText.damage(Redacted.value(secret))
  return damage === undefined
    ? Effect.succeed(secret)
    : new UsageError({ message: `${where} ${damage}. Nothing was sent.\nGive it as UTF-8.` })
}

const fromEnvironment = (wanted: Wanted) =>
  Effect.flatMap(
    variableOf(wanted),
    Effect.transposeMapOption((secret) => undamaged(secret, `${wanted.name} in the environment`))
  )

const hidden = (question: string, name: string) =>
  Effect.flatMap(ReadLine.read(question, "hidden"), (line) => undamaged(Redacted.make(line), name))

const typed = Effect.fnUntraced(function* (wanted: Wanted) {
  const first = yield* hidden(`${wanted.name}:`, wanted.name)
  if (Redacted.value(first) === "") {
    return yield* new UsageError({ message: `${wanted.name}: nothing was typed. Nothing was changed.` })
  }
  if (wanted.typed === "twice") {
    const second = yield* hidden(`${wanted.name}, once more:`, wanted.name)
    if (Redacted.value(first) !== Redacted.value(second)) {
      return yield* new UsageError({ message: `${wanted.name}: the two were not the same. Nothing was changed.` })
    }
  }
  return first
})

const names = (wanted: ReadonlyArray<Wanted>) =>
  wanted.map(({ name, variables }) => `${name.toLowerCase()} (or set ${variables[0]})`).join(", then the ")

/** Whoever started this with a pipe and writes nothing would see nothing. */
const reminding = <A, E, R>(reading: Effect.Effect<A, E, R>, wanted: ReadonlyArray<Wanted>) =>
  Effect.raceFirst(
    reading,
    Effect.zipRight(
      Effect.delay(Output.note(`Waiting for standard input: the ${names(wanted)}.`), Duration.seconds(3)),
      Effect.never
    )
  )

const collected = <E>(bytes: Stream.Stream<Uint8Array, E>) =>
  Effect.map(Stream.runCollect(bytes), (chunks) => Buffer.concat([...chunks]))

const piped = Effect.fnUntraced(function* (wanted: ReadonlyArray<Wanted>) {
  const { bytes } = yield* Input
  const text = yield* Effect.mapError(
    StrictText.decode(yield* reminding(collected(bytes), wanted)),
    (problem) =>
      new UsageError({ message: `Standard input ${problem}. Nothing was sent.\nGive the ${names(wanted)} as UTF-8.` })
  )
  const lines = text.replace(/\r?\n$/, "").split(/\r?\n/)
  if (lines.length !== wanted.length || lines.includes("")) {
    return yield* new UsageError({
      message: `Standard input should have ${wanted.length === 1 ? "one line" : `${wanted.length} lines`}: the ${names(wanted)}.`
    })
  }
  return lines.map((line) => Redacted.make(line))
})

/**
 * Secrets, each from the environment if it is there; the others are typed at
 * the terminal, or are the lines of standard input in this order.
 *
 * @since 0.1.0
 * @category asking
 */
export const secrets = <const All extends ReadonlyArray<Wanted>>(
  wanted: All
): Effect.Effect<
  { readonly [Index in keyof All]: Redacted.Redacted },
  UsageError | Terminal.QuitException | ConfigError.ConfigError | PlatformError.PlatformError,
  Input | Output.Output | Terminal.Terminal
> =>
  Effect.gen(function* () {
    const known = yield* Effect.forEach(wanted, (secret) =>
      Effect.map(fromEnvironment(secret), (value) => ({ secret, value }))
    )
    const missing = known.flatMap(({ secret, value }) => (Option.isNone(value) ? [secret] : []))
    const { kind } = yield* Input
    const told =
      missing.length === 0
        ? []
        : [...(kind === "terminal" ? yield* Effect.forEach(missing, typed) : yield* piped(missing))]
    const all = known.flatMap(({ value }) => (Option.isSome(value) ? [value.value] : told.splice(0, 1)))
    // One for each that was wanted, in the same order: those not known were told.
    return all as { readonly [Index in keyof All]: Redacted.Redacted }
  })
