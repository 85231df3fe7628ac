#!/usr/bin/env node
// npm only links a command if its file exists at installation: this file is committed, dist is not.
import { existsSync } from "node:fs"

const built = new URL("../dist/bin.js", import.meta.url)

if (existsSync(built)) {
  await import(built.href)
} else {
  process.stderr.write("glowmarkt is not built yet: run npm run build first\n")
  process.exitCode = 2
}
