/**
 * The environment variables of `glowmarkt`, and the configuration read from them and from `.env`.
 *
 * @since 0.1.0
 */

import { parseEnv } from "node:util"
import * as FileSystem from "@effect/platform/FileSystem"
import * as StrictText from "@effect-glowmarkt/runner/StrictText"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { UsageError } from "../exit/CommandError.js"
import * as Output from "../terminal/Output.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Variable {
  readonly name: string
  readonly description: string
}

/**
 * Every variable, in the order of the help.
 *
 * @since 0.1.0
 * @category constants
 */
export const all: ReadonlyArray<Variable> = [
  { name: "GLOWMARKT_BASE_URL", description: "the API's base URL, including the version; default: Glowmarkt's" },
  {
    name: "GLOWMARKT_APPLICATION_ID",
    description: "the application; needed by all credentials except appKeys"
  },
  { name: "GLOWMARKT_APP_KEY", description: "administrators: an application key (appKeys) …" },
  { name: "GLOWMARKT_APP_SECRET", description: "… and its secret" },
  { name: "GLOWMARKT_ORG_KEY", description: "administrators: an organisation key (orgAppKeys) …" },
  { name: "GLOWMARKT_ORG_SECRET", description: "… and its secret" },
  { name: "GLOWMARKT_DEV_TOKEN", description: "administrators: a developer's token (devUserToken)" },
  { name: "GLOWMARKT_DEV_USERNAME", description: "administrators: a developer's user name (devUserSession) …" },
  { name: "GLOWMARKT_DEV_PASSWORD", description: "… and the password" },
  { name: "GLOWMARKT_USERNAME", description: "users, for glowmarkt me: the user name (session) …" },
  { name: "GLOWMARKT_PASSWORD", description: "… and the password" },
  { name: "GLOWMARKT_DIRECTORY_ID", description: "… and the directory, if several users share the name" },
  { name: "GLOWMARKT_USER_TOKEN", description: "users, for glowmarkt me: a token (userToken)" },
  { name: "GLOWMARKT_OLD_PASSWORD", description: "me password: the old password; default: GLOWMARKT_PASSWORD" },
  { name: "GLOWMARKT_NEW_PASSWORD", description: "me password: the new password" },
  { name: "GLOWMARKT_MOBILE_TOKEN", description: "me mobile-token: the token to add or remove" },
  {
    name: "GLOWMARKT_DATABASE_URL",
    description: "the PostgreSQL database whose workers carry out runs; see glowmarkt worker --help"
  },
  { name: "GLOWMARKT_DATABASE_URL_FILE", description: "a file that contains that URL, as an alternative" },
  { name: "NO_COLOR", description: "disables colour if set to any value" }
]

/**
 * @since 0.1.0
 * @category models
 */
export type Environment = Readonly<Record<string, string | undefined>>

// Shells and CI systems set a variable to the empty string to unset it.
const nonEmpty = (variables: Environment): ReadonlyArray<readonly [string, string]> =>
  Object.entries(variables).flatMap(([name, value]) => (value === undefined || value === "" ? [] : [[name, value]]))

const dotEnv = Effect.gen(function* () {
  const files = yield* FileSystem.FileSystem
  const text = yield* files.readFile(".env").pipe(
    Effect.catchIf(
      (error) => error._tag === "SystemError" && error.reason === "NotFound",
      () => Effect.succeed(new Uint8Array())
    ),
    Effect.mapError(({ message }) => `cannot be read: ${message}`),
    Effect.flatMap(StrictText.decode),
    Effect.mapError((problem) => new UsageError({ message: `The file .env ${problem}.\nFix or remove it.` }))
  )
  const variables = parseEnv(text)
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trim().startsWith("#"))
  if (lines.length === 0) return variables
  if (Object.keys(variables).length === 0) {
    return yield* new UsageError({
      message: "The file .env has no NAME=VALUE line.\nFix or remove it."
    })
  }
  if (!Object.keys(variables).some((name) => name.startsWith("GLOWMARKT_"))) {
    yield* Output.note("The file .env sets no GLOWMARKT_ variables.")
  }
  return variables
})

/**
 * Reads the configuration from the environment, then from the file `.env` in the working directory.
 * Ignores empty values.
 *
 * @since 0.1.0
 * @category constructors
 */
export const configProvider = (
  environment: Environment
): Effect.Effect<ConfigProvider.ConfigProvider, UsageError, FileSystem.FileSystem | Output.Output> =>
  Effect.map(dotEnv, (file) => ConfigProvider.fromMap(new Map([...nonEmpty(file), ...nonEmpty(environment)])))
