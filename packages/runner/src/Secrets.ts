/**
 * References to secrets, used in CSV files and plans in place of passwords and tokens.
 *
 * - `env:NAME` is an environment variable.
 * - `file:PATH` is the content of a file, without its final line break.
 * - `file:PATH#NAME` is the text after `NAME=` on a line of a file. The last such line counts.
 *   `RotatePasswords` writes this format.
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
 * Returns the path of a `file:` reference, or `None` for another kind of reference.
 *
 * @example
 * ```ts
 * import { Secrets } from "@effect-glowmarkt/runner"
 *
 * const file = (ref: Secrets.SecretRef) => Secrets.fileOf(ref)
 * ```
 *
 * @since 0.1.0
 * @category combinators
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
    // The message does not include the value, because people paste the secret itself here by
    // mistake.
    message: () => "is not a reference to a secret"
  }),
  Schema.brand("SecretRef")
)

/**
 * A reference to a secret. Decoding makes a relative path absolute, so that a plan or run refers to
 * the same files in any directory.
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
 * A reference to a secret.
 *
 * @since 0.1.0
 * @category models
 */
export type SecretRef = typeof SecretRef.Type

/**
 * The reference cannot be resolved.
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
 * The service behind the tag {@link Secrets}.
 *
 * @since 0.1.0
 * @category models
 */
export interface SecretsService {
  /** Resolves a reference to its secret. */
  readonly resolve: (ref: SecretRef) => Effect.Effect<Redacted.Redacted, SecretUnavailable>
}

/**
 * Resolves references to secrets.
 *
 * @since 0.1.0
 * @category services
 */
export class Secrets extends Context.Tag("@effect-glowmarkt/runner/Secrets")<Secrets, SecretsService>() {}

/**
 * Parses the lines `NAME=value` of a file. A name ends at the first `=`.
 *
 * @example
 * ```ts
 * import { Secrets } from "@effect-glowmarkt/runner"
 *
 * Secrets.parseNamed("ANNA=first\nBEN=second").get("BEN") // "second"
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const parseNamed = (file: string): ReadonlyMap<string, string> =>
  new Map(
    file.split(/\r?\n/).flatMap((line): ReadonlyArray<readonly [string, string]> => {
      const at = line.indexOf("=")
      return at === -1 ? [] : [[line.slice(0, at), line.slice(at + 1)]]
    })
  )

/**
 * Reads secrets from the environment and from files.
 *
 * @example
 * ```ts
 * import { Secrets } from "@effect-glowmarkt/runner"
 * import { Effect } from "effect"
 *
 * const withSecrets = Effect.provideServiceEffect(Secrets.Secrets, Secrets.make)
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<SecretsService, never, FileSystem.FileSystem> = Effect.gen(function* () {
  const fs = yield* FileSystem.FileSystem
  // Cached, so that ten thousand references to a file read it once.
  const contents = yield* Effect.cachedFunction((path: string) =>
    fs.readFile(path).pipe(
      Effect.mapError(({ message }) => `the file cannot be read (${message})`),
      Effect.flatMap((bytes) => Effect.mapError(StrictText.decode(bytes), (problem) => `the file ${problem}`)),
      Effect.map((text) => ({ text: Redacted.make(text), lines: Redacted.make(parseNamed(text)) }))
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
            value === ""
              ? new SecretUnavailable({ ref, problem: "the secret is empty" })
              : Effect.succeed(Redacted.make(value))
        })
      )
    )
  }

  const fromEnvironment = (ref: SecretRef) =>
    Config.redacted(Config.nonEmptyString(ref.slice("env:".length))).pipe(
      Effect.mapError(() => "the variable is not set or is empty"),
      Effect.filterOrFail(
        (secret) => StrictText.decodingProblem(Redacted.value(secret)) === undefined,
        // Node decodes the environment itself and replaces invalid UTF-8, so this checks for
        // replaced characters.
        (secret) => `the variable ${StrictText.decodingProblem(Redacted.value(secret))}`
      ),
      Effect.mapError((problem) => new SecretUnavailable({ ref, problem }))
    )

  return { resolve: (ref) => (ref.startsWith("env:") ? fromEnvironment(ref) : fromFile(ref)) }
})

/**
 * Reads secrets from the environment and from files.
 *
 * @example
 * ```ts
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Secrets } from "@effect-glowmarkt/runner"
 * import { Layer } from "effect"
 *
 * const SecretsLive = Layer.provide(Secrets.layer, NodeFileSystem.layer)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Secrets, never, FileSystem.FileSystem> = Layer.effect(Secrets, make)
