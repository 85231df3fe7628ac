// `node:path` is not imported, so that the package also loads in browsers, where paths are left as
// they are.
const node = globalThis.process?.getBuiltinModule?.("node:path")

export const absolutePath = (path: string): string => node?.resolve(path) ?? path

export const directoryOf = (path: string): string => node?.dirname(absolutePath(path)) ?? path
