/**
 * Who calls: the one credential scheme that the environment describes, or that
 * `--auth` names.
 *
 * @since 0.1.0
 */
import type { Prompt } from "@effect/cli/Prompt"
import type { PlatformError } from "@effect/platform/Error"
import type { QuitException } from "@effect/platform/Terminal"
import {
  AdminAccounts,
  type AdminCredentials,
  AppKeys,
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
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Ask from "./Ask.js"
import type { AdminScheme, UserScheme } from "./Auth.js"
import { UsageError } from "./CommandError.js"

interface Scheme<Name, Credentials, R> {
  readonly name: Name
  /** Its own variables: that one of these is set says that the scheme is meant. */
  readonly own: readonly [string, ...Array<string>]
  readonly shared: ReadonlyArray<string>
  readonly layer: Layer.Layer<Credentials, ConfigError.ConfigError, R>
}

const applicationId = "GLOWMARKT_APPLICATION_ID"
const password = "GLOWMARKT_PASSWORD"

const adminSchemes: ReadonlyArray<Scheme<AdminScheme, AdminCredentials.AdminCredentials, never>> = [
  {
    name: "appKeys",
    own: ["GLOWMARKT_APP_KEY", "GLOWMARKT_APP_SECRET"],
    shared: [],
    layer: AppKeys.layerConfig()
  },
  {
    name: "orgAppKeys",
    own: ["GLOWMARKT_ORG_KEY", "GLOWMARKT_ORG_SECRET"],
    shared: [applicationId],
    layer: OrgAppKeys.layerConfig()
  },
  { name: "devUserToken", own: ["GLOWMARKT_DEV_TOKEN"], shared: [applicationId], layer: DevUserToken.layerConfig() }
]

const userSchemes: ReadonlyArray<Scheme<UserScheme, UserCredentials.UserCredentials, GlowmarktClient.GlowmarktClient>> =
  [
    { name: "userToken", own: ["GLOWMARKT_USER_TOKEN"], shared: [applicationId], layer: UserToken.layerConfig() },
    {
      name: "session",
      own: ["GLOWMARKT_USERNAME", password],
      shared: [applicationId],
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
  const named = yield* Config.option(Schema.Config(applicationId, Identifier.ApplicationId))
  const { origin } = new URL(baseUrl)
  return Option.match(named, { onNone: () => ({ origin }), onSome: (applicationId) => ({ origin, applicationId }) })
}).pipe(Effect.provide(client))

/**
 * The accounts of an application, as the administrator of the environment.
 *
 * @since 0.1.0
 * @category layers
 */
export const admin = (
  auth: Option.Option<AdminScheme>
): Layer.Layer<AdminAccounts.AdminAccounts, UsageError | ConfigError.ConfigError> =>
  AdminAccounts.layer.pipe(
    Layer.provide(
      Layer.unwrapEffect(
        Effect.flatMap(choose("an administrator", adminSchemes, auth), ({ missing, scheme }) =>
          missing.length === 0 ? Effect.succeed(scheme.layer) : Effect.fail(incomplete(scheme.name, missing))
        )
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
export const adminIfAny = (
  auth: Option.Option<AdminScheme>
): Layer.Layer<never, UsageError | ConfigError.ConfigError> =>
  Layer.unwrapEffect(
    Effect.map(
      Effect.exists(
        adminSchemes.flatMap(({ own }) => own),
        isSet
      ),
      (some): Layer.Layer<never, UsageError | ConfigError.ConfigError> =>
        some || Option.isSome(auth) ? admin(auth) : Layer.empty
    )
  )

const withPassword = (secret: Redacted.Redacted) =>
  Effect.map(
    Effect.configProviderWith((current) => Effect.succeed(current)),
    (current) =>
      Layer.setConfigProvider(
        ConfigProvider.orElse(ConfigProvider.fromMap(new Map([[password, Redacted.value(secret)]])), () => current)
      )
  )

/**
 * A user's own account, as the user of the environment. The password, where it
 * is all that is missing, is asked for on a terminal.
 *
 * @since 0.1.0
 * @category layers
 */
export const user = (
  auth: Option.Option<UserScheme>
): Layer.Layer<
  UserAccounts.UserAccounts,
  UsageError | ConfigError.ConfigError | PlatformError | QuitException,
  Ask.Input | Prompt.Environment
> => {
  const credentials = Effect.gen(function* () {
    const { missing, scheme } = yield* choose("a user", userSchemes, auth)
    if (missing.length === 0) return scheme.layer
    const { kind } = yield* Ask.Input
    if (kind === "text" || missing.length > 1 || missing[0] !== password) {
      return yield* incomplete(scheme.name, missing)
    }
    const [secret] = yield* Ask.secrets([{ variables: [password], name: "Password", typed: "once" }])
    return Layer.provide(scheme.layer, yield* withPassword(secret))
  })
  return UserAccounts.layer.pipe(Layer.provide(Layer.unwrapEffect(credentials)), Layer.provide(client))
}
