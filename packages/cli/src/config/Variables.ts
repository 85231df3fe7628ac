/**
 * The environment variables of `glowmarkt`: their names, what they are for, and
 * where they are read from.
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
  readonly says: string
}

/**
 * Every variable, in the order of the help.
 *
 * @since 0.1.0
 * @category documentation
 */
export const all: ReadonlyArray<Variable> = [
  { name: "GLOWMARKT_BASE_URL", says: "where the API is, version included; by default Glowmarkt's own" },
  {
    name: "GLOWMARKT_APPLICATION_ID",
    says: "the application that all credentials but the application's keys speak for"
  },
  { name: "GLOWMARKT_APP_KEY", says: "administrators: an application's key (appKeys) …" },
  { name: "GLOWMARKT_APP_SECRET", says: "… and its secret" },
  { name: "GLOWMARKT_ORG_KEY", says: "administrators: an organisation's key (orgAppKeys) …" },
  { name: "GLOWMARKT_ORG_SECRET", says: "… and its secret" },
  { name: "GLOWMARKT_DEV_TOKEN", says: "administrators: a developer's token (devUserToken)" },
  { name: "GLOWMARKT_DEV_USERNAME", says: "administrators: a developer's user name (devUserSession) …" },
  { name: "GLOWMARKT_DEV_PASSWORD", says: "… and the password" },
  { name: "GLOWMARKT_USERNAME", says: "users, for glowmarkt me: the user name (session) …" },
  { name: "GLOWMARKT_PASSWORD", says: "… and the password" },
  { name: "GLOWMARKT_DIRECTORY_ID", says: "… and the directory, where one name means several users" },
  { name: "GLOWMARKT_USER_TOKEN", says: "users, for glowmarkt me: a token at hand (userToken)" },
  { name: "GLOWMARKT_OLD_PASSWORD", says: "me password: the password until now; by default GLOWMARKT_PASSWORD" },
  { name: "GLOWMARKT_NEW_PASSWORD", says: "me password: the password from now on" },
  { name: "GLOWMARKT_MOBILE_TOKEN", says: "me mobile-token: the token to add or remove" },
  { name: "NO_COLOR", says: "no colour on terminals, if set to anything" }
]

/**
 * @since 0.1.0
 * @category models
 */
export type Environment = Readonly<Record<string, string | undefined>>

// A variable set to nothing is how shells and CI systems spell "not set".
const set = (variables: Environment): ReadonlyArray<readonly [string, string]> =>
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
    Effect.mapError((problem) => new UsageError({ message: `The file .env ${problem}.\nCorrect or remove it.` }))
  )
  const variables = parseEnv(text)
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "" && !line.trim().startsWith("#"))
  if (lines.length === 0) return variables
  if (Object.keys(variables).length === 0) {
    return yield* new UsageError({
      message: "The file .env has no line NAME=VALUE.\nCorrect or remove it."
    })
  }
  if (!Object.keys(variables).some((name) => name.startsWith("GLOWMARKT_"))) {
    yield* Output.note("The file .env sets no variable that begins with GLOWMARKT_.")
  }
  return variables
})

/**
 * The environment, and where it says nothing the file `.env` of the working
 * directory. Empty values count as absent.
 *
 * @since 0.1.0
 * @category constructors
 */
export const configProvider = (
  environment: Environment
): Effect.Effect<ConfigProvider.ConfigProvider, UsageError, FileSystem.FileSystem | Output.Output> =>
  Effect.map(dotEnv, (file) => ConfigProvider.fromMap(new Map([...set(file), ...set(environment)])))
