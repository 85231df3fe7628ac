import { mkdtempSync } from "node:fs"
import { createServer, type Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Spawned from "./support/Spawned.js"

const listening = (server: Server) =>
  new Promise<number>((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address()
      resolve(typeof address === "object" && address !== null ? address.port : 0)
    })
  })

describe("connects directly to a server that NO_PROXY excludes", () => {
  for (const exclusion of [{ no_proxy: "", NO_PROXY: "127.0.0.1" }, { no_proxy: "127.0.0.0/8" }, { NO_PROXY: "*" }]) {
    it(`is contacted directly: ${JSON.stringify(exclusion)}`, async () => {
      let proxied = 0
      const proxy = createServer((_, response) => {
        proxied++
        response.end("[]")
      })
      const server = createServer((_, response) => response.setHeader("content-type", "application/json").end("[]"))
      const [proxyPort, port] = await Promise.all([proxy, server].map(listening))
      const { code, stderr } = await Spawned.start(["accounts", "list"], {
        cwd: mkdtempSync(join(tmpdir(), "glowmarkt-cli-")),
        env: {
          GLOWMARKT_APP_KEY: "key",
          GLOWMARKT_APP_SECRET: "secret",
          GLOWMARKT_BASE_URL: `http://127.0.0.1:${port}/api/v0-1`,
          HTTP_PROXY: `http://127.0.0.1:${proxyPort}`,
          ...exclusion
        }
      }).ended
      for (const each of [proxy, server]) each.close()
      assert.deepStrictEqual([code, proxied], [0, 0], stderr)
    })
  }
})

describe("names a proxy that is unreachable", () => {
  for (const args of [
    ["accounts", "list"],
    ["audit", "--quiet"]
  ]) {
    it(`is named by glowmarkt ${args.join(" ")}, without its password`, async () => {
      const { code, stderr } = await Spawned.start(args, {
        cwd: mkdtempSync(join(tmpdir(), "glowmarkt-cli-")),
        env: {
          GLOWMARKT_APP_KEY: "key",
          GLOWMARKT_APP_SECRET: "secret",
          GLOWMARKT_BASE_URL: "http://glowmarkt.invalid/api/v0-1",
          HTTP_PROXY: "http://me:hunter2@127.0.0.1:1"
        }
      }).ended
      assert.strictEqual(code, 4, stderr)
      assert.match(stderr, /proxy http:\/\/127\.0\.0\.1:1 .*ECONNREFUSED/)
      assert.match(stderr, /HTTPS_PROXY, HTTP_PROXY and NO_PROXY/)
      assert.notInclude(stderr, "hunter2")
    })
  }
})
