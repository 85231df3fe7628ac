/** The main entry imports neither Node's modules nor a database. */
import { fileURLToPath } from "node:url"
import { assert, it } from "@effect/vitest"
import { build } from "esbuild"

it("bundles for browsers, without SQL", async () => {
  const { metafile } = await build({
    stdin: {
      contents: `export * from "@effect-glowmarkt/runner"`,
      resolveDir: fileURLToPath(new URL("..", import.meta.url))
    },
    bundle: true,
    platform: "browser",
    format: "esm",
    conditions: ["source"],
    // An import of one of Node's modules fails the build.
    logLevel: "silent",
    metafile: true,
    write: false
  })
  const inputs = Object.keys(metafile.inputs)
  assert.isNotEmpty(inputs)
  assert.deepStrictEqual(
    inputs.filter((input) =>
      /node_modules\/(@effect\/(sql|cluster|workflow|rpc|experimental|platform-node)|better-sqlite3)/.test(input)
    ),
    []
  )
})
