/**
 * References to secrets: what stands in a CSV or a plan in place of a password or a token.
 *
 * - `env:NAME` is an environment variable,
 * - `file:PATH` is all of a file, without the line break at its end,
 * - `file:PATH#NAME` is what follows `NAME=` on a line of a file; the last such line counts. It is what `RotatePasswords` writes, too.
 *
 * @since 0.1.0
 */

import * as FileSystem from "@effect/platform/FileSystem"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { absolutePath } from "./internal/flows/absolutePath.js"
import * as StrictText from "./StrictText.js"

const parts = (ref: string): readonly [path: string, name: string | undefined] => {
  const target = ref.slice("file:".length)
  const at = target.lastIndexOf("#")
  return at === -1 ? [target, undefined] : [target.slice(0, at), target.slice(at + 1)]
}

/**
 * The file that a reference points into, if it points into one.
 *
 * @since 0.1.0
 * @category files
 */
export const fileOf = (ref: SecretRef): Option.Option<string> =>
  ref.startsWith("file:") ? Option.some(parts(ref)[0]) : Option.none()

const absolute = (ref: string): string => {
  if (!ref.startsWith("file:")) {
    return ref
  }
  const [path, name] = parts(ref)
  return `file:${absolutePath(path)}${name === undefined ? "" : `#${name}`}`
}

const reference = Schema.String.pipe(
  Schema.filter((ref) => /^(env:[A-Za-z_][A-Za-z0-9_]*|file:[^#].*)$/.test(ref), {
    // Not the value: people write the secret itself here.
    message: () => "is no reference to a secret"
  }),
  Schema.brand("SecretRef")
)

/**
 * Read from text, a relative path becomes an absolute one: a plan that is applied, and a run that is resumed, in another directory
 * mean the same files.
 *
 * @since 0.1.0
 * @category schemas
 */
export const SecretRef = Schema.transform(Schema.Trim, reference, {
  strict: true,
  decode: absolute,
  encode: (ref) => ref
})

/**
 * @since 0.1.0
 * @category models
 */
export type SecretRef = typeof SecretRef.Type

/**
 * There is no secret where the reference points.
 *
 * @since 0.1.0
 * @category errors
 */
export class SecretUnavailable extends Schema.TaggedError<SecretUnavailable>(
  "@effect-glowmarkt/runner/SecretUnavailable"
)("SecretUnavailable", { ref: Schema.String, problem: Schema.String }) {
  override get message() {
    return `${this.ref}: ${this.problem}`
  }
}

/**
 * @since 0.1.0
 * @category services
 */
export class Secrets extends Context.Tag("@effect-glowmarkt/runner/Secrets")<
  Secrets,
  { readonly resolve: (ref: SecretRef) => Effect.Effect<Redacted.Redacted, SecretUnavailable> }
>() {}

/**
 * The lines `NAME=value` of a file. A name ends at the first `=`.
 *
 * @since 0.1.0
 * @category files
 */
export const named = (file: string): ReadonlyMap<string, string> =>
  new Map(
    file.split(/\r?\n/).flatMap((line): ReadonlyArray<readonly [string, string]> => {
      const at = line.indexOf("=")
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    })
  )

/**
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<Context.Tag.Service<Secrets>, never, FileSystem.FileSystem> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  // Ten thousand references into one file are one reading of it.
  const contents = yield* Effect.cachedFunction((path: string) =>
    fs.readFile(path).pipe(
      Effect.mapError(({ message }) => `the file cannot be read (${message})`),
      Effect.flatMap((bytes) => Effect.mapError(StrictText.decode(bytes), (problem) => `the file ${problem}`)),
      Effect.map((text) => ({ text: Redacted.make(text), lines: Redacted.make(named(text)) }))
    )
  )

  const fromFile = (ref: SecretRef) => {
    const [path, name] = parts(ref)
    return contents(path).pipe(
      Effect.mapError((problem) => new SecretUnavailable({ ref, problem })),
      Effect.map(({ lines, text }) =>
        name === undefined
          ? Option.some(Redacted.value(text).replace(/\r?\n$/, ""))
          : Option.fromNullable(Redacted.value(lines).get(name))
      ),
      Effect.flatMap(
        Option.match({
          onNone: () => new SecretUnavailable({ ref, problem: `the file has no line ${name}=…` }),
          onSome: (value) =>
            value === "" ? new SecretUnavailable({ ref, problem: "it is empty" }) : Effect.succeed(Redacted.make(value))
        })
      )
    )
  }

  const fromEnvironment = (ref: SecretRef) =>
    Config.redacted(Config.nonEmptyString(ref.slice("env:".length))).pipe(
      Effect.mapError(() => "the variable is not set, or is empty"),
      Effect.filterOrFail(
        (secret) => StrictText.damage(Redacted.value(secret)) === undefined,
        // Node decodes the environment itself, and replaces what is not UTF-8.
        (secret) => `the variable ${StrictText.damage(Redacted.value(secret))}`
      ),
      Effect.mapError((problem) => new SecretUnavailable({ ref, problem }))
    )

  return { resolve: (ref) => (ref.startsWith("env:") ? fromEnvironment(ref) : fromFile(ref)) }
})

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Secrets, never, FileSystem.FileSystem> = Layer.effect(Secrets, make)
