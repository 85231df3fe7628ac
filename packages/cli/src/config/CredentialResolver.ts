/**
 * Who calls: the one credential scheme that the environment describes, or that
 * `--auth` names.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import type { QuitException, Terminal } from "@effect/platform/Terminal"
import {
  AdminAccounts,
  type AdminCredentials,
  AppKeys,
  DevUserSession,
  DevUserToken,
  GlowmarktClient,
  Identifier,
  OrgAppKeys,
  UserAccounts,
  type UserCredentials,
  UserSession,
  UserToken
} from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
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
  /** Its own variables: that one of these is set says that the scheme is meant. */
  readonly own: readonly [string, ...Array<string>]
  readonly shared: ReadonlyArray<string>
  /** What can be asked for where it is not set. */
  readonly secret: Prompt.Wanted
  readonly layer: Layer.Layer<Credentials, ConfigError.ConfigError, R>
}

const applicationId = "GLOWMARKT_APPLICATION_ID"
const password = "GLOWMARKT_PASSWORD"

const secret = (variable: string, name: string): Prompt.Wanted => ({ variables: [variable], name, typed: "once" })

const adminSchemes: ReadonlyArray<
  Scheme<AdminScheme, AdminCredentials.AdminCredentials, GlowmarktClient.GlowmarktClient>
> = [
  {
    name: "appKeys",
    own: ["GLOWMARKT_APP_KEY", "GLOWMARKT_APP_SECRET"],
    shared: [],
    secret: secret("GLOWMARKT_APP_SECRET", "Secret of the application"),
    layer: AppKeys.layerConfig()
  },
  {
    name: "orgAppKeys",
    own: ["GLOWMARKT_ORG_KEY", "GLOWMARKT_ORG_SECRET"],
    shared: [applicationId],
    secret: secret("GLOWMARKT_ORG_SECRET", "Secret of the organisation"),
    layer: OrgAppKeys.layerConfig()
  },
  {
    name: "devUserToken",
    own: ["GLOWMARKT_DEV_TOKEN"],
    shared: [applicationId],
    secret: secret("GLOWMARKT_DEV_TOKEN", "Token of the developer"),
    layer: DevUserToken.layerConfig()
  },
  {
    name: "devUserSession",
    own: ["GLOWMARKT_DEV_USERNAME", "GLOWMARKT_DEV_PASSWORD"],
    shared: [applicationId],
    secret: secret("GLOWMARKT_DEV_PASSWORD", "Password of the developer"),
    layer: DevUserSession.layerConfig()
  }
]

const userSchemes: ReadonlyArray<Scheme<UserScheme, UserCredentials.UserCredentials, GlowmarktClient.GlowmarktClient>> =
  [
    {
      name: "userToken",
      own: ["GLOWMARKT_USER_TOKEN"],
      shared: [applicationId],
      secret: secret("GLOWMARKT_USER_TOKEN", "Token of the user"),
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

const needs = (scheme: { readonly own: ReadonlyArray<string>; readonly shared: ReadonlyArray<string> }) => [
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
      Effect.filter(needs(scheme), (variable) => Effect.map(isSet(variable), (set) => !set)),
      (missing) => ({ scheme, missing, begun: scheme.own.some((variable) => !missing.includes(variable)) })
    )
  )
  const named = Option.flatMap(auth, (name) => Option.fromNullable(states.find(({ scheme }) => scheme.name === name)))
  if (Option.isSome(named)) return named.value

  const complete = states.filter(({ missing }) => missing.length === 0)
  const [only, ...others] = complete
  if (only !== undefined && others.length === 0) return only
  if (only !== undefined) {
    return yield* new UsageError({
      message: `The environment has the credentials of ${conjunction(complete.map(({ scheme }) => scheme.name))}, and one call takes one kind.\nChoose with ${complete.map(({ scheme }) => `--auth ${scheme.name}`).join(" or ")}.`
    })
  }
  const begun = states.filter((state) => state.begun)
  const [first] = begun
  if (first !== undefined && begun.length === 1) return first
  return yield* new UsageError({
    message:
      begun.length > 1
        ? `No credentials are complete: ${begun.map(({ missing, scheme }) => `${scheme.name} lacks ${conjunction(missing)}`).join("; ")}.\nSet what is missing in the environment or in a .env file.`
        : `There are no credentials of ${who}. Set, in the environment or in a .env file,\n${schemes.map((scheme) => conjunction(needs(scheme))).join("; or ")}.`
  })
})

const incomplete = (name: string, missing: ReadonlyArray<string>) =>
  new UsageError({
    message: `${name} lacks ${conjunction(missing)}.\nSet ${missing.length === 1 ? "it" : "them"} in the environment or in a .env file.`
  })

/** Told to the configuration of all that is inside, too. */
const withSecrets = (told: ReadonlyMap<string, string>) =>
  Effect.map(
    Effect.configProviderWith((current) => Effect.succeed(current)),
    (current) => Layer.setConfigProvider(ConfigProvider.orElse(ConfigProvider.fromMap(new Map(told)), () => current))
  )

// What is sent as it is, in a header of its own. The keys and secrets go encoded.
const sent = ["GLOWMARKT_DEV_TOKEN", "GLOWMARKT_USER_TOKEN"]

/** Node decodes the environment itself, and replaces what is not UTF-8: that would be sent as another password. */
const undamaged = (variable: string) =>
  Effect.flatMap(Config.option(Config.nonEmptyString(variable)), (value): Effect.Effect<void, UsageError> => {
    const damage = Option.getOrUndefined(Option.map(value, StrictText.damage))
    return damage === undefined
      ? Effect.void
      : new UsageError({ message: `${variable} ${damage}. Nothing was sent.\nSet it again, as UTF-8.` })
  })

const fitsIntoHeader = (variable: string) =>
  Effect.flatMap(
    Config.option(Config.nonEmptyString(variable)),
    (value): Effect.Effect<void, UsageError> =>
      Option.exists(value, (value) => !/^[\x20-\x7e]*$/.test(value))
        ? new UsageError({
            message: `${variable} has a character that no token has: an accent, a line break or the like.\nCopy it again.`
          })
        : Effect.void
  )

/**
 * What can be asked for is asked for, together with what the command wants to know besides: standard input is read only once.
 */
const complete = Effect.fnUntraced(function* <Name extends string, C, R>(
  { missing, scheme }: { readonly scheme: Scheme<Name, C, R>; readonly missing: ReadonlyArray<string> },
  besides: ReadonlyArray<Prompt.Wanted>
) {
  yield* Effect.forEach(
    scheme.own.filter((variable) => sent.includes(variable)),
    fitsIntoHeader
  )
  yield* Effect.forEach(scheme.own, undamaged)
  if (missing.length === 0) return scheme.layer
  const { secret } = scheme
  const [variable] = secret.variables
  if (missing.length > 1 || missing[0] !== variable) return yield* incomplete(scheme.name, missing)
  const wanted = [secret, ...besides.filter(({ variables }) => !variables.includes(variable))]
  const { kind } = yield* Prompt.Input
  const told = yield* Effect.mapError(Prompt.secrets(wanted), (error) =>
    error._tag === "UsageError" && kind === "text"
      ? new UsageError({ message: `${scheme.name} lacks ${variable}.\n${error.message}` })
      : error
  )
  const known = new Map(wanted.map(({ variables: [name] }, index) => [name, told[index]] as const))
  const values = new Map(
    [...known].flatMap(([name, value]) => (value === undefined ? [] : [[name, Redacted.value(value)]]))
  )
  return Layer.provide(scheme.layer, yield* withSecrets(values))
})

/**
 * What finding credentials can come to grief with, and what it needs: somebody to ask.
 *
 * @since 0.1.0
 * @category models
 */
export type Trouble = UsageError | ConfigError.ConfigError | PlatformError | QuitException

/**
 * @since 0.1.0
 * @category models
 */
export type Asking = Prompt.Input | Output.Output | Terminal

/**
 * The client of the environment, for callers who bring their own credentials.
 *
 * @since 0.1.0
 * @category layers
 */
export const client: Layer.Layer<GlowmarktClient.GlowmarktClient, ConfigError.ConfigError> = Layer.provide(
  GlowmarktClient.layerConfig(),
  NodeTransport.layer()
)

/**
 * Where calls go: scheme, host and port of the base URL, and the application where the environment names one.
 *
 * @since 0.1.0
 * @category reading
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
 * The accounts of an application, as the administrator of the environment. A secret that is all that is missing is asked for.
 *
 * @since 0.1.0
 * @category layers
 */
export const admin = (auth: Option.Option<AdminScheme>): Layer.Layer<AdminAccounts.AdminAccounts, Trouble, Asking> =>
  AdminAccounts.layer.pipe(
    Layer.provide(
      Layer.unwrapEffect(
        Effect.flatMap(choose("an administrator", adminSchemes, auth), (choice) => complete(choice, []))
      )
    ),
    Layer.provide(client)
  )

/**
 * As {@link admin} where the environment has credentials of an administrator; otherwise nothing, and nobody is missed.
 *
 * @since 0.1.0
 * @category layers
 */
export const adminIfAny = (auth: Option.Option<AdminScheme>): Layer.Layer<never, Trouble, Asking> =>
  Layer.unwrapEffect(
    Effect.map(
      Effect.exists(
        adminSchemes.flatMap(({ own }) => own),
        isSet
      ),
      (some): Layer.Layer<never, Trouble, Asking> => (some || Option.isSome(auth) ? admin(auth) : Layer.empty)
    )
  )

/**
 * A user's own account, as the user of the environment. The password or token, where it is all that is missing, is asked for:
 * `besides`, with other secrets that the command will ask for, which it finds in the configuration then.
 *
 * @since 0.1.0
 * @category layers
 */
export const user = (
  auth: Option.Option<UserScheme>,
  besides: ReadonlyArray<Prompt.Wanted> = []
): Layer.Layer<UserAccounts.UserAccounts, Trouble, Asking> =>
  UserAccounts.layer.pipe(
    Layer.provide(
      Layer.unwrapEffect(Effect.flatMap(choose("a user", userSchemes, auth), (choice) => complete(choice, besides)))
    ),
    Layer.provide(client)
  )
