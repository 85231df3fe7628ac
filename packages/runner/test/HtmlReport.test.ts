import { createHash } from "node:crypto"
import { assert, describe, it, layer } from "@effect/vitest"
import { VisibleText } from "@effect-glowmarkt/core"
import axe from "axe-core"
import { Effect, Exit, Stream } from "effect"
import type { Page } from "playwright-core"
import * as Chromium from "../../workshop/chromium.js"
import type { AuditRow } from "../src/AuditRow.js"
import * as HtmlReport from "../src/HtmlReport.js"
import { bytesOf, countsOf, hostile, many, pageOf, row, rows, summaryOf } from "./fixtures/auditRows.js"

const blocks = (html: string) =>
  [...html.matchAll(/<script type="application\/json" class="block">(.*?)<\/script>/gs)].map(([, json = ""]) => json)

describe("HtmlReport", () => {
  it.effect("is written block by block as the rows arrive", () =>
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

  it.effect("fails if the rows fail", () =>
    Effect.gen(function* () {
      const exit = yield* Effect.exit(bytesOf(HtmlReport.make(summaryOf([]), Stream.fail("gone"))))
      assert.deepStrictEqual(exit, Exit.fail("gone"))
    })
  )

  it.effect("allows only its own script and style", () =>
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

  it.effect("shows invisible characters, in rows and in the headline", () =>
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

  it.effect("no text of a row can break out of its JSON", () =>
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

const shown = (page: Page) =>
  page.$$eval(".pane tbody:not(.space) th", (cells) => cells.map((cell) => cell.textContent ?? ""))

const status = (page: Page) => page.getByRole("status").textContent()

describe.skipIf(Chromium.executable === undefined)(
  `The page of HtmlReport in a browser (${Chromium.howToHave})`,
  () => {
    layer(Chromium.layer)((it) => {
      /** Opens a page, runs the test, and checks that the page did nothing forbidden. */
      const looking = (
        title: string,
        all: () => ReadonlyArray<AuditRow>,
        look: (page: Page, all: ReadonlyArray<AuditRow>) => Promise<void>,
        options: Parameters<typeof Chromium.open>[1] = {}
      ) =>
        it.scoped(title, () =>
          Effect.gen(function* () {
            const given = all()
            const { faults, page } = yield* Chromium.open(yield* pageOf(given), options)
            yield* Effect.promise(() => look(page, given))
            assert.deepStrictEqual(faults, [])
          })
        )

      looking(
        "shows the same numbers from the summary and from the rows",
        () => many(1_234),
        async (page, all) => {
          const counts = countsOf(all)
          const figures = await page.$$eval(".figure strong", (found) => found.map(({ textContent }) => textContent))
          assert.deepStrictEqual(figures.slice(0, 3), ["1,234", String(counts.healthy), String(1_234 - counts.healthy)])
          const chart = await page.$$eval(".shares .number:not(.share)", (found) =>
            found.map(({ textContent }) => Number(textContent?.replace(",", "")))
          )
          assert.deepStrictEqual(chart, Object.values(counts))
          assert.strictEqual(await status(page), "1,234 accounts")
          assert.strictEqual(await page.getByRole("table", { name: "Accounts" }).getAttribute("aria-rowcount"), "1235")
          // Each histogram counts every date.
          const sums = await page.$$eval(".numbers tbody", (bodies) =>
            bodies.map((body) =>
              [...body.querySelectorAll("td:nth-child(2)")].reduce(
                (sum, { textContent }) => sum + Number(textContent?.replace(",", "")),
                0
              )
            )
          )
          assert.deepStrictEqual(sums, [
            all.filter(({ tokenExpiryDate }) => tokenExpiryDate !== undefined).length,
            1_234
          ])
          assert.strictEqual(await page.getByRole("img", { name: /had expired when the audit began/ }).count(), 1)
        }
      )

      looking(
        "searches, filters and resets",
        () => many(500),
        async (page) => {
          await page.getByLabel("Search").fill("CHLOE")
          assert.strictEqual(await status(page), "72 of 500 accounts")
          await page.getByLabel("Search").fill("dubois person.8@")
          assert.deepStrictEqual(await shown(page), ["Chloé Dubois 8"])
          await page.getByRole("button", { name: "Clear filters" }).click()
          await page.getByRole("button", { name: /^Denied/ }).click()
          await page.getByRole("button", { name: /^Missing/ }).click()
          assert.strictEqual(await status(page), "100 of 500 accounts")
          await page.getByLabel("Error").selectOption("AccessDenied")
          assert.strictEqual(await status(page), "50 of 500 accounts")
          await page.getByLabel("Status").selectOption("inactive")
          assert.strictEqual(await status(page), "0 of 500 accounts")
          assert.isTrue(await page.getByText("No accounts match these filters.").isVisible())
          await page.getByRole("button", { name: "Clear filters" }).click()
          assert.strictEqual(await status(page), "500 accounts")
        }
      )

      looking(
        "can be used with the keyboard alone",
        () => many(500),
        async (page) => {
          const header = page.getByRole("columnheader", { name: "Created" })
          await header.getByRole("button").focus()
          assert.notStrictEqual(
            await header.getByRole("button").evaluate((button) => getComputedStyle(button).outlineStyle),
            "none"
          )
          await page.keyboard.press("Enter")
          assert.strictEqual(await header.getAttribute("aria-sort"), "ascending")
          assert.strictEqual((await shown(page))[0], row(499).name)
          await page.keyboard.press("Space")
          assert.strictEqual(await header.getAttribute("aria-sort"), "descending")
          assert.strictEqual((await shown(page))[0], row(0).name)

          const focused = () =>
            page.evaluate(() => {
              const line = document.activeElement?.closest("tr")
              return { index: line?.getAttribute("aria-rowindex"), name: line?.querySelector("th")?.textContent }
            })
          await page.locator(".pane tbody button").first().focus()
          await page.keyboard.press("ArrowDown")
          assert.deepStrictEqual(await focused(), { index: "3", name: row(1).name })
          await page.keyboard.press("End")
          await page.waitForFunction(
            () => document.activeElement?.closest("tr")?.getAttribute("aria-rowindex") === "501"
          )
          assert.strictEqual((await focused()).name, row(499).name)
          await page.keyboard.press("Enter")
          const dialog = page.getByRole("dialog", { name: row(499).name ?? "" })
          assert.isTrue(await dialog.getByText("person.499@post.example").isVisible())
          await page.keyboard.press("Escape")
          assert.isFalse(await dialog.isVisible())
          assert.strictEqual((await focused()).index, "501")
          await page.keyboard.press("Home")
          await page.waitForFunction(() => document.activeElement?.closest("tr")?.getAttribute("aria-rowindex") === "2")
        }
      )

      looking(
        "shows hostile texts as text",
        () => hostile,
        async (page, all) => {
          assert.deepStrictEqual(
            await shown(page),
            all.map(({ name = "" }) => {
              const visible = VisibleText.escape(name)
              return visible.length > 160 ? `${visible.slice(0, 160)}…` : visible
            })
          )
          for (const place of [0, 7, 11]) {
            await page.locator(".pane tbody button").nth(place).click()
            assert.strictEqual(
              await page.locator("dialog dd bdi").nth(1).textContent(),
              VisibleText.escape(all[place]?.name ?? "")
            )
            await page.keyboard.press("Escape")
          }
          assert.deepStrictEqual(
            await page.evaluate(() => [
              document.scripts.length,
              document.querySelectorAll("img, iframe, [onerror], [onmouseover]").length
            ]),
            [3, 0]
          )
          assert.isTrue(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
        }
      )

      looking(
        "has no accessibility problem that axe detects, light or dark, with or without details",
        () => many(30),
        async (page) => {
          const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
          const violations = () =>
            page.evaluate<ReadonlyArray<string>>(
              "axe.run().then(({ violations }) => violations.map(({ help, nodes }) => help + ': ' + nodes[0].html.slice(0, 200)))"
            )
          await page.evaluate(axe.source)
          assert.strictEqual(await background(), "rgb(245, 246, 248)")
          assert.deepStrictEqual(await violations(), [])
          await page.emulateMedia({ colorScheme: "dark" })
          assert.strictEqual(await background(), "rgb(15, 19, 25)")
          assert.deepStrictEqual(await violations(), [])
          await page.locator(".pane tbody button").first().click()
          assert.deepStrictEqual(await violations(), [])
        }
      )

      looking(
        "prints on white, with the rows and without controls",
        () => many(300),
        async (page) => {
          await page.emulateMedia({ media: "print" })
          await page.evaluate(() => dispatchEvent(new Event("beforeprint")))
          assert.strictEqual((await shown(page)).length, 300)
          assert.isFalse(await page.getByLabel("Search").isVisible())
          assert.strictEqual(await page.evaluate(() => getComputedStyle(document.body).color), "rgb(0, 0, 0)")
          await page.evaluate(() => dispatchEvent(new Event("afterprint")))
          await page.emulateMedia({ media: "screen" })
          assert.isBelow((await shown(page)).length, 100)
          assert.strictEqual((await page.pdf()).subarray(0, 5).toString(), "%PDF-")
        },
        { colorScheme: "dark" }
      )

      looking(
        "renders an audit without accounts",
        () => [],
        async (page) => {
          assert.strictEqual(await status(page), "0 accounts")
          assert.isTrue(await page.getByText("No account has a directory token with an expiry date.").isVisible())
        }
      )

      it.scoped("a truncated file says so and shows the rows it has", () =>
        Effect.gen(function* () {
          const whole = yield* pageOf(many(5_000))
          const { faults, page } = yield* Chromium.open(whole.subarray(0, whole.length - 100_000))
          assert.include(
            yield* Effect.promise(() => page.getByRole("alert").textContent()),
            "has 4,000 of 5,000 accounts"
          )
          assert.strictEqual(yield* Effect.promise(() => status(page)), "4,000 accounts")
          assert.deepStrictEqual(faults, [])
        })
      )

      it.scoped("stays quick with 100,000 rows", () =>
        Effect.gen(function* () {
          const all = many(100_000)
          const from = performance.now()
          const html = yield* pageOf(all)
          const write = Math.round(performance.now() - from)
          const { faults, page } = yield* Chromium.open(html)
          const took = yield* Effect.promise(() =>
            page.evaluate(() => {
              const timed = (action: () => void) => {
                const from = performance.now()
                action()
                // Waits for the layout.
                document.body.getBoundingClientRect()
                return Math.round(performance.now() - from)
              }
              const search = document.querySelector("input")
              const type = (text: string) => {
                if (search !== null) search.value = text
                search?.dispatchEvent(new Event("input"))
              }
              const click = (button: string) => document.querySelector<HTMLButtonElement>(button)?.click()
              const navigation = performance.getEntriesByType("navigation")[0]?.duration ?? 0
              return {
                open: Math.round(navigation),
                search: timed(() => type("chloe")),
                "search again": timed(() => type("chloe dubois")),
                filter: timed(() => click(".chip.dormant")),
                sort: timed(() => click("th.name button")),
                "sort back": timed(() => click("th.name button"))
              }
            })
          )
          console.log(`100,000 rows, ${html.length} bytes, ms: ${JSON.stringify({ write, ...took })}`)
          assert.strictEqual(
            yield* Effect.promise(() => status(page)),
            `${all.filter(({ findings, name }) => findings.includes("dormant") && name?.startsWith("Chloé")).length.toLocaleString("en")} of 100,000 accounts`
          )
          // A generous bound, because machines that run tests are slow and busy.
          assert.isBelow(took["search again"] + took.filter + took["sort back"], 3_000)
          assert.isBelow(yield* Effect.promise(() => page.locator(".pane tr").count()), 100)
          assert.deepStrictEqual(faults, [])
        })
      )
    })
  }
)
