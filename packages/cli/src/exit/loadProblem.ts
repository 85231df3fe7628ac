/**
 * With too few file descriptors Node cannot load modules, and says so in several ways. Imports nothing: it is loaded
 * before everything else.
 */
export const loadProblem = (error: unknown): string =>
  `glowmarkt cannot load its own files: ${String(error).split("\n")[0]}\nRaise the limit of open files (ulimit -n 1024), or install it again.`
