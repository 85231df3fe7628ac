// Not imported, so that the package loads where there are no files: there a path stays as it is.
const node = globalThis.process?.getBuiltinModule?.("node:path")

export const absolutePath = (path: string): string => node?.resolve(path) ?? path

export const directoryOf = (path: string): string => node?.dirname(absolutePath(path)) ?? path
