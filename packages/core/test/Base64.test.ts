import { Buffer } from "node:buffer"
import { assert, describe, it } from "@effect/vitest"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as base64 from "../src/internal/credential/base64.js"

describe("base64", () => {
  it.prop("encodes any text as UTF-8, and decodes it again", [FastCheck.string({ unit: "grapheme" })], ([text]) => {
    const encoded = base64.encode(text)
    assert.strictEqual(encoded, Buffer.from(text).toString("base64"))
    assert.deepStrictEqual(base64.decode(encoded), Either.right(text))
  })

  it("keeps a byte order mark", () => {
    assert.deepStrictEqual(base64.decode(base64.encode("\ufeffkey")), Either.right("\ufeffkey"))
  })

  it("does not decode other text", () => {
    assert.isTrue(Either.isLeft(base64.decode("not base64!")))
  })
})
