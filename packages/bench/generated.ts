/** The client that @hey-api/openapi-ts makes of the provider's own definition, which is read where it is and never copied in. */
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"
import { pathToFileURL } from "node:url"

const definition = resolve(import.meta.dirname, "../../../shared/glowmarkt/user-system.json")

const cache = join(import.meta.dirname, "../../node_modules/.cache/bench")

/** Whether the provider's definition is at hand. */
export const isAvailable = () => existsSync(definition)

export interface Generated {
  readonly client: { readonly setConfig: (config: object) => void }
  readonly getAccountStatus: (options: {
    readonly path: { readonly accountId: string }
  }) => Promise<{ readonly data?: unknown }>
}

const sources = join(cache, "openapi-ts")

/** Where the generated module is, made anew. */
export const generate = async (): Promise<string> => {
  rmSync(sources, { recursive: true, force: true })
  mkdirSync(sources, { recursive: true })
  const { createClient } = await import("@hey-api/openapi-ts")
  await createClient({
    input: definition,
    output: { path: sources },
    plugins: ["@hey-api/client-fetch", "@hey-api/typescript", "@hey-api/sdk"],
    logs: { level: "silent" }
  })
  return sources
}

/** What was generated, bundled as a program would. */
export const generated = async (): Promise<Generated> => {
  const { build } = await import("esbuild")
  const outfile = join(cache, `openapi-ts-${process.pid}.mjs`)
  await build({
    stdin: {
      contents: `
        export { client } from "./client.gen.ts"
        export { getAccountStatusbyId as getAccountStatus } from "./sdk.gen.ts"`,
      resolveDir: sources
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error"
  })
  // Made here, from a definition that has the operation: the interface above says what it exports.
  const module: Generated = await import(pathToFileURL(outfile).href)
  rmSync(outfile)
  return module
}
