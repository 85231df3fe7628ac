/** Bundles a program and runs it in Chromium. The environment becomes part of the bundle. */
import { build } from "esbuild"
import { chromium } from "playwright-core"

const [, , program = ""] = process.argv
const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith("GLOWMARKT_")))
const { outputFiles } = await build({
  entryPoints: [program],
  bundle: true,
  format: "esm",
  platform: "browser",
  // Where Effect's default configuration looks.
  banner: { js: `globalThis.process = { env: ${JSON.stringify(environment)} }` },
  write: false,
  logLevel: "error"
})

const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] })
const page = await browser.newPage()
const first = Promise.race([
  page.waitForEvent("console").then((message) => message.text()),
  page.waitForEvent("pageerror").then((error) => Promise.reject(error))
])
await page.addScriptTag({ type: "module", content: outputFiles[0]?.text ?? "" })
console.log(await first.finally(() => browser.close()))
