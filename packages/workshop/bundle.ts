/**
 * Bundles `core` for browsers: the whole main entry, and a program with one operation. Fails if a
 * module needs Node, or if a bundle exceeds its budget.
 */
import { gzipSync } from "node:zlib"
import { build } from "esbuild"

const oneOperation = (transport: string) => `
  import * as AdminAccounts from "@effect-glowmarkt/core/AdminAccounts"
  import * as AppKeys from "@effect-glowmarkt/core/AppKeys"
  import * as GlowmarktClient from "@effect-glowmarkt/core/GlowmarktClient"
  import * as Transport from "${transport}"
  import * as Effect from "effect/Effect"
  import * as Layer from "effect/Layer"
  import * as Redacted from "effect/Redacted"
  const Accounts = AdminAccounts.layer.pipe(
    Layer.provide(AppKeys.layer({ key: "k", secret: Redacted.make("s") })),
    Layer.provide(GlowmarktClient.layer()),
    Layer.provide(Transport.layer)
  )
  Effect.runPromise(
    Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => admin.list).pipe(Effect.provide(Accounts))
  ).then(console.log)`

// Gzipped bytes, slightly above the measured size, so that growth is noticed.
const bundles = [
  { name: "core, all of it", budget: 137_300, code: `export * from "@effect-glowmarkt/core"` },
  {
    name: "one admin operation, FetchTransport",
    budget: 121_800,
    code: oneOperation("@effect-glowmarkt/core/FetchTransport")
  },
  {
    name: "one admin operation, FetchHttpClient",
    budget: 121_000,
    code: oneOperation("@effect/platform/FetchHttpClient")
  }
]

let over = 0
for (const { budget, code, name } of bundles) {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    write: false,
    logLevel: "error"
  })
  const bytes = outputFiles[0]?.contents ?? new Uint8Array()
  const zipped = gzipSync(bytes, { level: 9 }).length
  const verdict = zipped > budget ? `exceeds its budget of ${budget}` : `budget ${budget}`
  if (zipped > budget) over++
  console.log(`${name}: ${bytes.length} bytes minified, ${zipped} gzipped (${verdict})`)
}
if (over > 0) process.exitCode = 1
