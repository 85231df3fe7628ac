import { readFileSync } from "node:fs"
import { loadProblem } from "./exit/loadProblem.js"

const args = process.argv.slice(2)

// Answered before anything else is loaded: scripts ask for it often.
if (args.length === 1 && args[0] === "--version") {
  const manifest: { readonly version: string } = JSON.parse(
    readFileSync(new URL("../package.json", import.meta.url), "utf8")
  )
  process.stdout.write(`${manifest.version}\n`)
} else {
  // Loading takes a moment: whatever comes next is written over this.
  if (process.stderr.isTTY) process.stderr.write("…\r")
  const loaded = await import("./Main.js").catch((error: unknown) => ({ problem: loadProblem(error) }))
  if ("main" in loaded) {
    loaded.main(args)
  } else {
    process.stderr.write(`${loaded.problem}\n`)
    process.exitCode = 2
  }
}
