/**
 * Whether a process named by a lock note or temporary file is still running.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category combinators
 */
export const isAlive = (pid: number): boolean => {
  try {
    // Signal 0 is not delivered; it only checks that the process exists.
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
