/**
 * A run that is killed at any moment and resumed must end like an uninterrupted one. The runner's
 * tests check the same with fewer kills: `runner/test/fixtures/killEach.ts` decides when to kill.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { bounded, type Figure, number, plain } from "./figures.js"
import { killer } from "./processes.js"
import type { Scenario } from "./scenario.js"

const words = {
  anyMoment: "at any moment",
  request: "at a request",
  listing: "listing",
  commit: "at a commit",
  file: "writing a file"
} as const

const Verdict = Schema.parseJson(
  Schema.Struct({
    flow: Schema.String,
    hit: Schema.Record({ key: Schema.Literal("anyMoment", "request", "listing", "commit", "file"), value: Schema.Int }),
    inside: Schema.Int,
    missed: Schema.Int,
    rows: Schema.Int,
    mostRepeated: Schema.Int,
    problems: Schema.Array(Schema.String)
  })
)

const figuresOf = (verdict: typeof Verdict.Type, points: number): ReadonlyArray<Figure> => {
  const { hit, inside, missed, mostRepeated, problems, rows } = verdict
  const kinds = (["anyMoment", "request", "listing", "commit", "file"] as const).filter((kind) => hit[kind] > 0)
  const hits = kinds.reduce((sum, kind) => sum + hit[kind], 0)
  return [
    bounded("killed before the end", `${hits} times`, [`${points} times`, hits === points]),
    plain("of these", kinds.map((kind) => `${hit[kind]} ${words[kind]}`).join(", ")),
    plain("during such an operation", String(inside)),
    plain("missed the run and were repeated", String(missed)),
    plain("additional requests, at most", `${mostRepeated}, of ${rows} rows`),
    bounded(
      "differences, repeated writes, lost rows",
      problems.length === 0 ? "none" : problems.slice(0, 3).join("\n"),
      ["none", problems.length === 0]
    )
  ]
}

export const kill: Scenario = ({ flows, points, seed }) =>
  Effect.gen(function* () {
    const began = yield* Clock.currentTimeMillis
    const verdicts: Array<typeof Verdict.Type> = []
    const code = yield* killer(["--kills", String(points), "--seed", String(seed), ...flows], (line) => {
      verdicts.push(Schema.decodeSync(Verdict)(line))
    })
    const seconds = ((yield* Clock.currentTimeMillis) - began) / 1000
    const all: ReadonlyArray<Figure> = [
      plain("took", `${number.format(seconds)} s`),
      bounded("exit code of the harness", String(code), ["0", code === 0])
    ]
    return [...verdicts.map((verdict) => [`kill ${verdict.flow}`, figuresOf(verdict, points)] as const), ["kill", all]]
  })
