/**
 * The README's terminal session: what somebody sees who changes many accounts. `npm run transcript` writes it anew;
 * with `--check` it only says whether it is up to date.
 *
 * The commands are the real ones, and so is the server (a simulated one). What would differ from day to day is
 * put in the place of what it was: the address, times and rates, run ids.
 */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Screen from "./transcript/screen.js"

// Started by npm, the commands would say so.
delete process.env["npm_command"]
const Session = await import("./transcript/session.js")

const readme = resolve(import.meta.dirname, "../../README.md")
const begin = "<!-- npm run transcript writes this: -->\n```console\n"
const end = "```\n<!-- to here -->"

const same = (text: string): string =>
  text
    .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:8080")
    .replaceAll(/(\w+)-\d{8}T\d{6}-[a-z0-9]{4}/g, "$1-20260314T091500-k3xq")
    .replaceAll(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, "2026-03-14 09:15 UTC")
    .replaceAll(/\bin \d+s, run/g, "in 2s, run")
    .replaceAll(/\S*\/state\/glowmarkt\//g, "/home/you/.local/state/glowmarkt/")
    .replaceAll(/ [\d.,]+\/s {2}\d:\d\d left/g, " 42/s  0:02 left")
    // In the first moments there is no rate yet.
    .replaceAll(/( 100 % .*) {2}[\d.,]+\/s$/gm, "$1")

const rows = 120
const hanging = 48

const main = Effect.gen(function* () {
  const { faults, population, state, url } = yield* Simulator.Simulator
  const { applicationId, orgAppKeys } = population.credentials
  const members = [...population.members].filter(
    ({ traits }) => traits.standing === "active" && traits.disagreement === "none" && traits.liveAnswer === "there"
  )
  const directory = mkdtempSync(join(tmpdir(), "glowmarkt-transcript-"))
  process.chdir(directory)
  const screen = Screen.make(96)
  const session = Session.make(screen, {
    GLOWMARKT_BASE_URL: url,
    GLOWMARKT_APPLICATION_ID: applicationId,
    GLOWMARKT_ORG_KEY: orgAppKeys.key,
    GLOWMARKT_ORG_SECRET: Redacted.value(orgAppKeys.secret),
    XDG_STATE_HOME: join(directory, "state")
  })

  const flats = members.slice(0, rows)
  const line = (id: string, i: number) => `${id},Flat ${i + 1}`
  const names = flats.map(({ accountId }, i) => line(i === 2 ? accountId.slice(0, 20).replace("-", "/") : accountId, i))
  session.write("names.csv", ["accountId,name", ...names].join("\n"))
  session.head("names.csv", 4)
  yield* session.run("glowmarkt plan rename names.csv --out plan.ndjson")
  session.write("names.csv", ["accountId,name", ...flats.map(({ accountId }, i) => line(accountId, i))].join("\n"))
  yield* session.run("glowmarkt plan rename names.csv --out plan.ndjson")

  const later = flats.slice(hanging).map(({ accountId }) => accountId)
  yield* faults.set([Faults.always({ accountIds: later }, Faults.Hang({ when: "before" }))])
  const soFar = Effect.map(state.writes, (writes) => writes.length)
  const moment = soFar.pipe(
    Effect.repeat({ until: (done) => done === hanging, schedule: Schedule.spaced(Duration.millis(20)) }),
    // Until it is seen, too.
    Effect.zipRight(Effect.sleep(Duration.seconds(1.5)))
  )
  yield* session.interrupt("glowmarkt apply plan.ndjson --concurrency 8 --out results", "y\n", moment)
  yield* faults.clear
  yield* session.run("glowmarkt runs list")
  const resume = screen.lines().findLast((line) => line.startsWith("  glowmarkt runs resume"))
  yield* session.run((resume ?? "").trim(), "y\n")

  session.write(
    "leavers.csv",
    ["accountId", ...members.slice(rows, rows + 3).map(({ accountId }) => accountId)].join("\n")
  )
  yield* session.run("glowmarkt plan offboard leavers.csv --out leavers.ndjson")
  yield* session.run("glowmarkt apply leavers.ndjson --delete", "3\n")
  return same(screen.lines().join("\n").trimEnd())
}).pipe(
  Effect.provide(
    Simulator.layer({
      accounts: 200,
      seed: 14,
      epoch: DateTime.unsafeMake("2026-03-14T00:00:00Z"),
      faults: [Faults.always({ operations: ["updateAccount"] }, Faults.Latency({ duration: Duration.millis(40) }))]
    })
  )
)

const text = readFileSync(readme, "utf8")
const [from, to] = [text.indexOf(begin), text.indexOf(end)]
if (from === -1 || to === -1) throw new Error("README.md has no place for the transcript")
const written = `${text.slice(0, from)}${begin}${await Effect.runPromise(main)}\n${text.slice(to)}`
if (written === text) {
  console.log("transcript: README.md is up to date")
} else if (process.argv.includes("--check")) {
  const [shown, prints] = [text.split("\n"), written.split("\n")]
  const first = shown.findIndex((line, index) => line !== prints[index])
  console.error(`transcript: README.md, line ${first + 1}, is not what the commands print today. See what npm run transcript changes.
- ${shown[first]}
+ ${prints[first]}`)
  process.exitCode = 1
} else {
  writeFileSync(readme, written)
  console.log("transcript: README.md is written anew")
}
