import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck as fc, Redacted } from "effect"
import { NewPassword } from "../src/index.js"

describe("NewPassword", () => {
  it.effect.prop(
    "generated passwords have every kind of character and none that is special in a file",
    [fc.constant(0)],
    () =>
      Effect.map(NewPassword.generate, (password) => {
        const text = Redacted.value(password)
        assert.strictEqual(text.length, 24)
        for (const kind of [/[A-Z]/, /[a-z]/, /[0-9]/, /[^A-Za-z0-9]/]) {
          assert.match(text, kind)
        }
        assert.notMatch(text, /[\s="'#\\]/)
      })
  )
})
