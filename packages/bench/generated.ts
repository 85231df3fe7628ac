/** The client that @hey-api/openapi-ts generates from the provider's definition, which is not part of this repository. */
import { existsSync, mkdirSync, rmSync } from "node:fs"
import { join, resolve } from "node:path"
import { build } from "esbuild"

const definition = resolve(import.meta.dirname, "../../../shared/glowmarkt/user-system.json")

const cache = join(import.meta.dirname, "node_modules/.cache")

/** Whether the provider's definition exists. */
export const isAvailable = () => existsSync(definition)

const sources = join(cache, "openapi-ts")

/** Generates the client. Returns its directory. */
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

/** Bundles the generated client into one module. Returns its path. */
export const bundled = async (): Promise<string> => {
  const outfile = join(cache, "openapi-ts.mjs")
  await build({
    stdin: {
      contents: `
        export { client } from "./client.gen.ts"
        export { getAccountStatusbyId as getAccountStatus } from "./sdk.gen.ts"`,
      resolveDir: await generate()
    },
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    logLevel: "error"
  })
  return outfile
}
