import { createHash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { VisibleText } from "@effect-glowmarkt/core"
import { Effect, Exit, Stream } from "effect"
import * as HtmlReport from "../src/HtmlReport.js"
import { bytesOf, hostile, many, pageOf, rows, summaryOf } from "./fixtures/auditRows.js"

const blocks = (html: string) =>
  [...html.matchAll(/<script type="application\/json" class="block">(.*?)<\/script>/gs)].map(([, json = ""]) => json)

describe("HtmlReport", () => {
  it.effect("is written block by block, as the rows come", () =>
    Effect.gen(function* () {
      let taken = 0
      let ahead = 0
      const counted = Stream.tap(rows(10_000), () => Effect.sync(() => taken++))
      let written = 0
      yield* Stream.runForEach(HtmlReport.make(summaryOf([]), counted), (piece) =>
        Effect.sync(() => {
          assert.isAbove(piece.length, 0)
          written += [
            ...Buffer.from(piece)
              .toString()
              .matchAll(/"rows":(\d+)/g)
          ].reduce((sum, [, n]) => sum + Number(n), 0)
          ahead = Math.max(ahead, taken - written)
        })
      )
      assert.strictEqual(written, 10_000)
      assert.isBelow(ahead, 5_000)
    })
  )

  it.effect("a failure of the rows is the failure of the page", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(bytesOf(HtmlReport.make(summaryOf([]), Stream.fail("gone"))))
      assert.deepStrictEqual(exit, Exit.fail("gone"))
    })
  )

  it.effect("allows the one script and the one style it has, and nothing else", () =>
    Effect.gen(function* () {
      const html = (yield* pageOf([])).toString()
      const hash = (tag: string) => {
        const [, text = ""] = new RegExp(`<${tag}>(.*?)</${tag}>`, "s").exec(html) ?? []
        return `'sha256-${createHash("sha256").update(text).digest("base64")}'`
      }
      assert.include(
        html,
        `content="default-src 'none'; script-src ${hash("script")}; style-src ${hash("style")}; base-uri 'none'; form-action 'none'"`
      )
    })
  )

  it.effect("shows what cannot be seen, in rows and in the headline", () =>
    Effect.gen(function* () {
      const error = { kind: "Odd\u200bError", message: "no\u202e answer" }
      const [strange] = many(1)
      const html = (yield* pageOf([
        { ...strange, ...error, name: "Si\u200bân", findings: ["denied"], error }
      ])).toString()
      for (const text of ["Si\\\\u200bân", "Odd\\\\u200bError", "no\\\\u202e answer", "<code>Odd\\u200bError</code>"]) {
        assert.include(html, text)
      }
    })
  )

  it.effect("no text of a row can leave the JSON it is in", () =>
    Effect.gen(function* () {
      const html = (yield* pageOf(hostile)).toString()
      const json = blocks(html)
      assert.strictEqual(json.length, 1)
      assert.notInclude(json.join(), "<")
      assert.deepStrictEqual(
        json.flatMap((block) => JSON.parse(block).texts.name),
        hostile.map(({ name = "" }) => VisibleText.escape(name))
      )
    })
  )
})
