/**
 * Files that hold personal data or secrets belong to the user of this process, and others may not use them.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export interface Permissions {
  readonly uid: number
  readonly mode: number
}

/**
 * The mode that such files are created with.
 *
 * @since 0.1.0
 * @category constants
 */
export const ownerOnly = 0o600

/**
 * Whether the file belongs to the user of this process. Windows has no such owner: there every file does.
 *
 * @since 0.1.0
 * @category combinators
 */
export const isOwn = ({ uid }: Pick<Permissions, "uid">): boolean =>
  process.getuid === undefined || uid === process.getuid()

/**
 * Says why a file is not private, and the command that makes it so; `undefined` if it is. Windows has no such owner and
 * mode: there every file passes.
 *
 * @since 0.1.0
 * @category combinators
 */
export const problem = (path: string, { mode, uid }: Permissions): string | undefined => {
  if (process.getuid === undefined) return undefined
  if (!isOwn({ uid })) return `it belongs to another user. Say: chown ${process.getuid()} ${path}`
  return (mode & 0o077) === 0 ? undefined : `others than its owner may use it. Say: chmod 600 ${path}`
}
