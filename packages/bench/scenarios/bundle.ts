/** The size of a bundle with one admin operation, by package. */
import { gzipSync } from "node:zlib"
import { build } from "esbuild"
import { generate, isAvailable } from "../generated.js"
import type { Scenario } from "../scenario.js"

const ours = `
  import * as AdminAccounts from "@effect-glowmarkt/core/AdminAccounts"
  import * as AppKeys from "@effect-glowmarkt/core/AppKeys"
  import * as GlowmarktClient from "@effect-glowmarkt/core/GlowmarktClient"
  import * as FetchTransport from "@effect-glowmarkt/core/FetchTransport"
  import * as Effect from "effect/Effect"
  import * as Layer from "effect/Layer"
  import * as Redacted from "effect/Redacted"
  const Accounts = AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "k", secret: Redacted.make("s") })),
    Layer.provide(GlowmarktClient.layer()),
    Layer.provide(FetchTransport.layer)
  )
  Effect.runPromise(
    Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(Effect.provide(Accounts))
  ).then(console.log)`

const openapiFetch = `
  import createClient from "openapi-fetch"
  createClient({ baseUrl: "https://api.glowmarkt.com/api/v0-1" }).GET("/account").then(console.log)`

const heyApi = `
  import { getAccounts } from "./sdk.gen.ts"
  getAccounts().then(console.log)`

const bundled = async (name: string, contents: string, resolveDir: string) => {
  const { metafile, outputFiles } = await build({
    stdin: { contents, resolveDir },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    metafile: true,
    logLevel: "error"
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  const modules = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).map(([path, { bytesInOutput }]) => ({ path, bytes: bytesInOutput }))
  )
  return { name, minified: bytes.length, gzipped: gzipSync(bytes, { level: 9 }).length, modules }
}

const owner = (path: string): string => {
  if (path.includes("packages/core/")) return "@effect-glowmarkt/core"
  return /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1] ?? "the program"
}

export const bundle: Scenario = async () => {
  const mine = await bundled("ours", ours, import.meta.dirname)
  const others = [await bundled("openapi-fetch", openapiFetch, import.meta.dirname)]
  if (isAvailable()) others.push(await bundled("@hey-api/openapi-ts", heyApi, await generate()))
  const owners = new Map<string, number>()
  for (const { bytes, path } of mine.modules) owners.set(owner(path), (owners.get(owner(path)) ?? 0) + bytes)
  const largest = [...mine.modules].sort((a, b) => b.bytes - a.bytes).slice(0, 12)
  const kB = (bytes: number) => (bytes / 1000).toFixed(1)
  return {
    figures: {
      bundles: [mine, ...others].map(({ gzipped, minified, name }) => ({ name, minified, gzipped })),
      owners: Object.fromEntries(owners),
      largest
    },
    tables: [
      {
        title: "One admin operation in a browser",
        columns: ["client", "minified kB", "gzipped kB"],
        rows: [mine, ...others].map(({ gzipped, minified, name }) => [name, kB(minified), kB(gzipped)])
      },
      {
        title: "Our bundle by package",
        columns: ["package", "minified kB"],
        rows: [...owners].sort(([, a], [, b]) => b - a).map(([name, bytes]) => [name, kB(bytes)])
      },
      {
        title: "The largest modules of our bundle",
        columns: ["module", "minified kB"],
        rows: largest.map(({ bytes, path }) => [path.replace(/^.*node_modules\//, ""), kB(bytes)])
      }
    ]
  }
}
