import { readFileSync } from "node:fs"

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
  // With too few file descriptors Node cannot load the modules, and says so in several ways.
  const loaded = await import("./Main.js").catch((error: unknown) => ({ problem: String(error).split("\n")[0] }))
  if ("main" in loaded) {
    loaded.main(args)
  } else {
    process.stderr.write(
      `glowmarkt cannot load its own files: ${loaded.problem}\nRaise the limit of open files (ulimit -n 1024), or install it again.\n`
    )
    process.exitCode = 2
  }
}
