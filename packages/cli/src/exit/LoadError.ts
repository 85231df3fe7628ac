/**
 * The message when Node cannot load the program's own modules, for example because too few file
 * descriptors are left. Imports nothing, because it is loaded before everything else.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category reports
 */
export const message = (error: unknown): string =>
  `glowmarkt cannot load its own files: ${String(error).split("\n")[0]}\nRaise the limit of open files (ulimit -n 1024), or reinstall it.`
