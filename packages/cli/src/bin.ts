import { readFileSync } from "node:fs"
import * as LoadError from "./exit/LoadError.js"

const args = process.argv.slice(2)

// Prints the version before anything else is loaded, so that scripts get it quickly.
if (args.length === 1 && args[0] === "--version") {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8")
  )
  process.stdout.write(`${manifest.version}\n`)
} else {
  // Loading takes a moment. The next output overwrites this line.
  if (process.stderr.isTTY) process.stderr.write("…\r")
  const loaded = await import("./Main.js").catch((error: unknown) => ({ problem: LoadError.message(error) }))
  if ("main" in loaded) {
    loaded.main(args)
  } else {
    process.stderr.write(`${loaded.problem}\n`)
    process.exitCode = 2
  }
}
