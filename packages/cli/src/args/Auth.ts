/**
 * The option `--auth`, which selects among the credentials in the environment.
 *
 * @since 0.1.0
 */
import * as Options from "@effect/cli/Options"
import * as Flags from "./Flags.js"

/**
 * @since 0.1.0
 * @category models
 */
export type AdminScheme = "appKeys" | "orgAppKeys" | "devUserToken" | "devUserSession"

/**
 * @since 0.1.0
 * @category models
 */
export type UserScheme = "userToken" | "session"

const choices = <const Names extends ReadonlyArray<string>>(names: Names) =>
  Flags.oneOf("auth", names).pipe(
    Options.withDescription("Which credentials to use if the environment has several."),
    Options.optional
  )

/**
 * @since 0.1.0
 * @category constants
 */
export const admin = choices([
  "appKeys",
  "orgAppKeys",
  "devUserToken",
  "devUserSession"
] satisfies ReadonlyArray<AdminScheme>)

/**
 * @since 0.1.0
 * @category constants
 */
export const user = choices(["userToken", "session"] satisfies ReadonlyArray<UserScheme>)
