/**
 * Checks that files with personal data or secrets belong to the current user and that others have
 * no access.
 *
 * @since 0.1.0
 */

/**
 * The owner and mode of a file.
 *
 * @since 0.1.0
 * @category models
 */
export interface Permissions {
  readonly uid: number
  readonly mode: number
}

/**
 * The mode to create private files with.
 *
 * @since 0.1.0
 * @category constants
 */
export const ownerOnly = 0o600

/**
 * Returns whether the file belongs to the current user. Always returns true on Windows, where files
 * have no such owner.
 *
 * @example
 * ```ts
 * import { PrivateFile } from "@effect-glowmarkt/runner"
 * import { statSync } from "node:fs"
 *
 * const ours = PrivateFile.isOwn(statSync("runs.sqlite"))
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isOwn = ({ uid }: Pick<Permissions, "uid">): boolean =>
  process.getuid === undefined || uid === process.getuid()

/**
 * Explains why a file is not private and which command fixes it. Returns `undefined` if the file is
 * private, and always on Windows, where files have no such owner or mode.
 *
 * @example
 * ```ts
 * import { PrivateFile } from "@effect-glowmarkt/runner"
 *
 * const problem = PrivateFile.problem("passwords", { uid: 1000, mode: 0o644 })
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const problem = (path: string, { mode, uid }: Permissions): string | undefined => {
  if (process.getuid === undefined) return undefined
  if (!isOwn({ uid })) return `it belongs to another user. Run: chown ${process.getuid()} ${path}`
  return (mode & 0o077) === 0 ? undefined : `other users can access it. Run: chmod 600 ${path}`
}
