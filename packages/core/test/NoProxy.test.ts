import { assert, describe, it } from "@effect/vitest"
import { excludes } from "../src/internal/transport/node/noProxy.js"

describe("NO_PROXY", () => {
  const cases: ReadonlyArray<readonly [list: string, excluded: ReadonlyArray<string>, proxied: ReadonlyArray<string>]> =
    [
      ["", [], ["http://127.0.0.1", "https://api.example"]],
      [" , ", [], ["http://127.0.0.1"]],
      ["*", ["http://127.0.0.1", "https://api.example"], []],
      [" * ", ["https://api.example"], []],
      ["example.com", ["https://example.com", "https://example.com:8443", "https://www.example.com"], []],
      ["example.com", [], ["https://notexample.com", "https://example.com.org", "https://com"]],
      [".example.com", ["https://example.com", "https://www.example.com"], ["https://notexample.com"]],
      ["*.example.com", ["https://example.com", "https://www.example.com"], ["https://notexample.com"]],
      ["EXAMPLE.com.", ["https://Example.COM", "https://www.example.com."], []],
      ["a.example,b.example c.example", ["https://a.example", "https://b.example", "https://c.example"], []],
      ["localhost, 127.0.0.1", ["http://localhost:8080", "http://127.0.0.1"], ["http://127.0.0.2", "http://[::1]"]],
      ["::1", ["http://[::1]:8080", "http://[0:0:0:0:0:0:0:1]"], ["http://[::2]"]],
      ["[::1]", ["http://[::1]"], []],
      ["127.0.0.0/8", ["http://127.0.0.1", "http://127.9.9.9"], ["http://128.0.0.1", "http://127.example"]],
      [
        "192.168.0.0/16,fd00::/8",
        ["http://192.168.3.4", "http://[fd12::1]"],
        ["http://192.169.0.1", "http://[fe80::1]"]
      ],
      ["10.0.0.0/33,10.0.0.0/x,10.0.0.0/", [], ["http://10.0.0.0"]],
      ["0.0.0.1", [], ["http://10.0.0.0.1.example", "http://1.0.0.1"]],
      ["example.com:8080", ["http://example.com:8080", "http://www.example.com:8080"], ["http://example.com"]],
      ["example.com:443", ["https://example.com"], ["http://example.com"]],
      ["[::1]:8080", ["http://[::1]:8080"], ["http://[::1]"]]
    ]
  for (const [list, excluded, proxied] of cases) {
    it(JSON.stringify(list), () => {
      for (const origin of excluded) assert.isTrue(excludes(list)(origin), origin)
      for (const origin of proxied) assert.isFalse(excludes(list)(origin), origin)
    })
  }
})
