/**
 * Finds the credentials in the environment: the one scheme that is set, or the one that `--auth`
 * selects.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import type { QuitException, Terminal } from "@effect/platform/Terminal"
import * as AdminAccounts from "@effect-glowmarkt/core/AdminAccounts"
import type * as AdminCredentials from "@effect-glowmarkt/core/AdminCredentials"
import * as AppKeys from "@effect-glowmarkt/core/AppKeys"
import * as DevUserSession from "@effect-glowmarkt/core/DevUserSession"
import * as DevUserToken from "@effect-glowmarkt/core/DevUserToken"
import * as GlowmarktClient from "@effect-glowmarkt/core/GlowmarktClient"
import * as Identifier from "@effect-glowmarkt/core/Identifier"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import * as OrgAppKeys from "@effect-glowmarkt/core/OrgAppKeys"
import * as UserAccounts from "@effect-glowmarkt/core/UserAccounts"
import type * as UserCredentials from "@effect-glowmarkt/core/UserCredentials"
import * as UserSession from "@effect-glowmarkt/core/UserSession"
import * as UserToken from "@effect-glowmarkt/core/UserToken"
import * as StrictText from "@effect-glowmarkt/runner/StrictText"
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import type { AdminScheme, UserScheme } from "../args/Auth.js"
import { UsageError } from "../exit/CommandError.js"
import type * as Output from "../terminal/Output.js"
import * as Prompt from "../terminal/Prompt.js"

interface Scheme<Name, Credentials, R> {
  readonly name: Name
  /**
   * The variables that only this scheme uses. If any of them is set, the person wants this scheme.
   */
  readonly own: readonly [string, ...Array<string>]
  readonly shared: ReadonlyArray<string>
  /** The variable that is prompted for if it is not set. */
  readonly secret: Prompt.SecretPrompt
  readonly layer: Layer.Layer<Credentials, ConfigError.ConfigError, R>
}

const applicationId = "GLOWMARKT_APPLICATION_ID"
const password = "GLOWMARKT_PASSWORD"

const secret = (variable: string, name: string): Prompt.SecretPrompt => ({ variables: [variable], name, typed: "once" })

const adminSchemes: ReadonlyArray<
  Scheme<AdminScheme, AdminCredentials.AdminCredentials, GlowmarktClient.GlowmarktClient>
> = [
  {
    name: "appKeys",
    own: ["GLOWMARKT_APP_KEY", "GLOWMARKT_APP_SECRET"],
    shared: [],
    secret: secret("GLOWMARKT_APP_SECRET", "Application secret"),
    layer: AppKeys.layerConfig()
  },
  {
    name: "orgAppKeys",
    own: ["GLOWMARKT_ORG_KEY", "GLOWMARKT_ORG_SECRET"],
    shared: [applicationId],
    secret: secret("GLOWMARKT_ORG_SECRET", "Organisation secret"),
    layer: OrgAppKeys.layerConfig()
  },
  {
    name: "devUserToken",
    own: ["GLOWMARKT_DEV_TOKEN"],
    shared: [applicationId],
    secret: secret("GLOWMARKT_DEV_TOKEN", "Developer token"),
    layer: DevUserToken.layerConfig()
  },
  {
    name: "devUserSession",
    own: ["GLOWMARKT_DEV_USERNAME", "GLOWMARKT_DEV_PASSWORD"],
    shared: [applicationId],
    secret: secret("GLOWMARKT_DEV_PASSWORD", "Developer password"),
    layer: DevUserSession.layerConfig()
  }
]

const userSchemes: ReadonlyArray<Scheme<UserScheme, UserCredentials.UserCredentials, GlowmarktClient.GlowmarktClient>> =
  [
    {
      name: "userToken",
      own: ["GLOWMARKT_USER_TOKEN"],
      shared: [applicationId],
      secret: secret("GLOWMARKT_USER_TOKEN", "User token"),
      layer: UserToken.layerConfig()
    },
    {
      name: "session",
      own: ["GLOWMARKT_USERNAME", password],
      shared: [applicationId],
      secret: secret(password, "Password"),
      layer: UserSession.layerConfig()
    }
  ]

const isSet = (variable: string) => Effect.map(Config.option(Config.nonEmptyString(variable)), Option.isSome)

const conjunction = (words: ReadonlyArray<string>) =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words[words.length - 1]}`

const variablesOf = (scheme: { readonly own: ReadonlyArray<string>; readonly shared: ReadonlyArray<string> }) => [
  ...scheme.own,
  ...scheme.shared
]

const choose = Effect.fnUntraced(function* <Name extends string, C, R>(
  who: string,
  schemes: ReadonlyArray<Scheme<Name, C, R>>,
  auth: Option.Option<Name>
): Effect.fn.Return<
  { readonly scheme: Scheme<Name, C, R>; readonly missing: ReadonlyArray<string> },
  UsageError | ConfigError.ConfigError
> {
  const states = yield* Effect.forEach(schemes, (scheme) =>
    Effect.map(
      Effect.filter(variablesOf(scheme), (variable) => Effect.map(isSet(variable), (set) => !set)),
      (missing) => ({ scheme, missing, begun: scheme.own.some((variable) => !missing.includes(variable)) })
    )
  )
  const selected = Option.flatMap(auth, (name) =>
    Option.fromNullable(states.find(({ scheme }) => scheme.name === name))
  )
  if (Option.isSome(selected)) return selected.value

  const complete = states.filter(({ missing }) => missing.length === 0)
  const [only, ...others] = complete
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) {
    return yield* new UsageError({
      message: `The environment has credentials for ${conjunction(complete.map(({ scheme }) => scheme.name))}; only one can be used.\nChoose with ${complete.map(({ scheme }) => `--auth ${scheme.name}`).join(" or ")}.`
    })
  }
  const begun = states.filter((state) => state.begun)
  const [first] = begun
  if (first !== undefined && begun.length === 1) return first
  return yield* new UsageError({
    message:
      begun.length > 1
        ? `No credentials are complete: ${begun.map(({ missing, scheme }) => `${scheme.name} lacks ${conjunction(missing)}`).join("; ")}.\nSet the missing variables in the environment or in a .env file.`
        : `No credentials for ${who}. Set, in the environment or in a .env file,\n${schemes.map((scheme) => conjunction(variablesOf(scheme))).join("; or ")}.`
  })
})

const incomplete = (name: string, missing: ReadonlyArray<string>) =>
  new UsageError({
    message: `${name} lacks ${conjunction(missing)}.\nSet ${missing.length === 1 ? "it" : "them"} in the environment or in a .env file.`
  })

/** Adds the secrets to the configuration. */
const withSecrets = (secrets: ReadonlyMap<string, string>) =>
  Effect.map(
    Effect.configProviderWith((current) => Effect.succeed(current)),
    (current) => Layer.setConfigProvider(ConfigProvider.orElse(ConfigProvider.fromMap(new Map(secrets)), () => current))
  )

// These tokens are sent verbatim in a header, unlike keys and secrets, which are sent encoded.
const headerTokens = ["GLOWMARKT_DEV_TOKEN", "GLOWMARKT_USER_TOKEN"]

/**
 * Refuses a secret that contains U+FFFD: Node replaces invalid UTF-8 in the environment with it, so
 * a different password would be sent.
 */
const ensureUndamaged = (variable: string) =>
  Effect.flatMap(Config.option(Config.nonEmptyString(variable)), (value): Effect.Effect<void, UsageError> => {
    const problem = Option.getOrUndefined(Option.map(value, StrictText.decodingProblem))
    return problem === undefined
      ? Effect.void
      : new UsageError({ message: `${variable} ${problem}. Nothing was sent.\nSet it again, as UTF-8.` })
  })

const ensureHeaderSafe = (variable: string) =>
  Effect.flatMap(
    Config.option(Config.nonEmptyString(variable)),
    (value): Effect.Effect<void, UsageError> =>
      Option.exists(value, (value) => !/^[\x20-\x7e]*$/.test(value))
        ? new UsageError({
            message: `${variable} contains a character that is never part of a token, such as an accent or a line break.\nCopy it again.`
          })
        : Effect.void
  )

/**
 * Prompts for a missing secret together with the command's own, because standard input is read only
 * once.
 */
const complete = Effect.fnUntraced(function* <Name extends string, C, R>(
  { missing, scheme }: { readonly scheme: Scheme<Name, C, R>; readonly missing: ReadonlyArray<string> },
  commandSecrets: ReadonlyArray<Prompt.SecretPrompt>
) {
  yield* Effect.forEach(
    scheme.own.filter((variable) => headerTokens.includes(variable)),
    ensureHeaderSafe
  )
  yield* Effect.forEach(scheme.own, ensureUndamaged)
  if (missing.length === 0) return scheme.layer
  const { secret } = scheme
  const [variable] = secret.variables
  if (missing.length > 1 || missing[0] !== variable) return yield* incomplete(scheme.name, missing)
  const prompts = [secret, ...commandSecrets.filter(({ variables }) => !variables.includes(variable))]
  const { kind } = yield* Prompt.Input
  const secrets = yield* Effect.mapError(Prompt.secrets(prompts), (error) =>
    error._tag === "UsageError" && kind === "text"
      ? new UsageError({ message: `${scheme.name} lacks ${variable}.\n${error.message}` })
      : error
  )
  const values = new Map(
    prompts.flatMap(({ variables: [name] }, index): ReadonlyArray<readonly [string, string]> => {
      const value = secrets[index]
      return value === undefined ? [] : [[name, Redacted.value(value)]]
    })
  )
  return Layer.provide(scheme.layer, yield* withSecrets(values))
})

/**
 * The errors that resolving credentials can fail with.
 *
 * @since 0.1.0
 * @category models
 */
export type ResolveError = UsageError | ConfigError.ConfigError | PlatformError | QuitException

/**
 * The services needed to prompt for a missing secret.
 *
 * @since 0.1.0
 * @category models
 */
export type PromptServices = Prompt.Input | Output.Output | Terminal

/**
 * The client, configured from the environment, without credentials.
 *
 * @since 0.1.0
 * @category layers
 */
export const client: Layer.Layer<GlowmarktClient.GlowmarktClient, ConfigError.ConfigError> = Layer.provide(
  GlowmarktClient.layerConfig(),
  NodeTransport.layer()
)

/**
 * The server (scheme, host and port of the base URL) and, if configured, the application.
 *
 * @since 0.1.0
 * @category constructors
 */
export const target: Effect.Effect<
  { readonly origin: string; readonly applicationId?: Identifier.ApplicationId },
  ConfigError.ConfigError
> = Effect.gen(function* () {
  const { baseUrl } = yield* GlowmarktClient.GlowmarktClient
  const named = yield* Config.option(Identifier.applicationIdConfig)
  const { origin } = new URL(baseUrl)
  return Option.match(named, { onNone: () => ({ origin }), onSome: (applicationId) => ({ origin, applicationId }) })
}).pipe(Effect.provide(client))

/**
 * Provides administrator calls with the credentials in the environment. Prompts for the secret if
 * only that is missing.
 *
 * @since 0.1.0
 * @category layers
 */
export const admin = (
  auth: Option.Option<AdminScheme>
): Layer.Layer<AdminAccounts.AdminAccounts, ResolveError, PromptServices> =>
  AdminAccounts.layer.pipe(
    Layer.provide(
      Layer.unwrapEffect(
        Effect.flatMap(choose("an administrator", adminSchemes, auth), (choice) => complete(choice, []))
      )
    ),
    Layer.provide(client)
  )

/**
 * Provides administrator calls like {@link admin} if the environment has an administrator's
 * credentials, and nothing otherwise.
 *
 * @since 0.1.0
 * @category layers
 */
export const adminIfAny = (auth: Option.Option<AdminScheme>): Layer.Layer<never, ResolveError, PromptServices> =>
  Layer.unwrapEffect(
    Effect.map(
      Effect.exists(
        adminSchemes.flatMap(({ own }) => own),
        isSet
      ),
      (some): Layer.Layer<never, ResolveError, PromptServices> =>
        some || Option.isSome(auth) ? admin(auth) : Layer.empty
    )
  )

/**
 * Provides user calls with the credentials in the environment. Prompts for the password or token if
 * only that is missing, together with `commandSecrets`, which the command then finds in the
 * configuration.
 *
 * @since 0.1.0
 * @category layers
 */
export const user = (
  auth: Option.Option<UserScheme>,
  commandSecrets: ReadonlyArray<Prompt.SecretPrompt> = []
): Layer.Layer<UserAccounts.UserAccounts, ResolveError, PromptServices> =>
  UserAccounts.layer.pipe(
    Layer.provide(
      Layer.unwrapEffect(
        Effect.flatMap(choose("a user", userSchemes, auth), (choice) => complete(choice, commandSecrets))
      )
    ),
    Layer.provide(client)
  )
