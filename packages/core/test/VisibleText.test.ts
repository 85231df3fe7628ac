import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"
import * as AccountInput from "../src/AccountInput.js"
import * as VisibleText from "../src/VisibleText.js"

const hidden = [
  "\u200b",
  "\u200e",
  "\u00ad",
  "\u2060",
  "\ufeff",
  "\u202e",
  "\u0000",
  "\u001b",
  "\u0085",
  "\u2028",
  "\u3164",
  // A format character that is not in Default_Ignorable_Code_Point.
  "\u0600",
  "\udb40\udc41"
]

const message = (schema: Schema.Schema<string, string>, text: string) =>
  Schema.decodeEither(schema)(text).pipe((result) => (result._tag === "Left" ? result.left.message : "taken"))

describe("VisibleText", () => {
  it("escapes exactly the invisible characters", () => {
    for (const character of hidden) {
      const shown = VisibleText.escape(`scot${character}ty`)
      assert.match(shown, /^scot(\\u[0-9a-f]{4}){1,2}ty$/)
      assert.strictEqual(JSON.parse(`"${shown}"`), `scot${character}ty`)
    }
    for (const text of [
      "Siân",
      "Zoë\u0308",
      "\u0dc1\u0dca\u200d\u0dbb\u0dd3",
      "\ud83d\udc68\u200d\ud83d\ude80",
      "\u2764\ufe0f",
      "می\u200cروم"
    ]) {
      assert.strictEqual(VisibleText.escape(text), text)
    }
    // Between Latin letters a joiner has no effect.
    assert.strictEqual(VisibleText.escape("a\u200db\ud800"), "a\\u200db\\ud800")
  })

  it("quotes and shortens a text for a message", () => {
    assert.strictEqual(VisibleText.quote('a"\u200b'), '"a\\"\\u200b"')
    assert.strictEqual(VisibleText.quote("x".repeat(1_000_000)), `"${"x".repeat(200)}…"`)
  })

  it("names the invalid character of an identifier", () => {
    for (const character of [...hidden, "\u200d", "\u00a0", "\n"]) {
      assert.match(
        String(VisibleText.identifierProblem(`a${character}b`)),
        /^has the invisible character U\+[0-9A-F]{4,5}$/
      )
    }
    assert.strictEqual(
      VisibleText.identifierProblem("a\ufffdb"),
      "has a character that was lost in conversion (U+FFFD)"
    )
    assert.isUndefined(VisibleText.identifierProblem("Zoë Müller-Ōe"))
  })

  it("tells placeholders of spreadsheets and databases from names", () => {
    for (const text of ["#REF!", "#N/A", "#NAME?", "#DIV/0!", "#BEZUG!", " NULL ", "\\N", "undefined"]) {
      assert.isDefined(VisibleText.placeholderProblem(text), text)
    }
    for (const text of ["Null", "#3", "Flat #2", "Nan", "N/A Ltd"]) {
      assert.isUndefined(VisibleText.placeholderProblem(text), text)
    }
  })
})

describe("AccountInput", () => {
  it("accepts visible addresses and user names and refuses spreadsheet leftovers", () => {
    for (const text of ["a@b", "o'hara+x@mail.example.com", "zoë@exämple.de"]) {
      assert.strictEqual(message(AccountInput.Email, text), "taken")
      assert.strictEqual(message(AccountInput.Username, text), "taken")
    }
    for (const text of [
      "mailto:a@b.example",
      "a@b.example,",
      "a@b.example;",
      "#REF!",
      "NULL",
      "a\u200b@b.example",
      "a@b\u00ad.example",
      "\ufffd@b.example"
    ]) {
      assert.match(message(AccountInput.Email, text), /^not an e-mail address: /)
      assert.match(message(AccountInput.Username, text), /^not a user name: /)
    }
    assert.match(message(AccountInput.Email, "<a@b.example>"), /^not an e-mail address: /)
    assert.match(message(AccountInput.Email, "a@b.example."), /^not an e-mail address: /)
    assert.strictEqual(
      message(AccountInput.Username, "scot\u200bty"),
      "not a user name: has the invisible character U+200B"
    )
  })
})
