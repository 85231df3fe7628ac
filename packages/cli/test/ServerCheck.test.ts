import { mkdtempSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import * as Spawned from "./support/Spawned.js"

describe("a proxy that is not there", () => {
  for (const args of [
    ["accounts", "list"],
    ["audit", "--quiet"]
  ]) {
    it(`is what glowmarkt ${args.join(" ")} speaks of, without its password`, async () => {
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
