import { assert, describe, it } from "@effect/vitest"
import { Progress, Run } from "@effect-glowmarkt/runner"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as ProgressView from "../src/run/ProgressView.js"
import * as RunProgress from "../src/run/RunProgress.js"
import * as Output from "../src/terminal/Output.js"

const runId = Run.RunId.make("r1")

const waiting = (reason: string, second: number) =>
  new Progress.OutageWaiting({
    runId,
    since: DateTime.unsafeMake(0),
    reason,
    nextProbeAt: DateTime.unsafeMake(second * 1000)
  })

const advanced = (processed: number) =>
  new Progress.Advanced({ runId, processed, recorded: processed, total: 100, retries: 2, concurrency: 8 })

const began = [
  new Progress.RunStarted({ runId, flow: "f", recorded: 0 }),
  new Progress.SubjectsListed({ runId, recorded: 0, total: 100 })
]

describe("the progress of a run", () => {
  it("reports each kind of outage once until it ends", () => {
    const told: Array<string> = []
    let known = RunProgress.initial
    const outage = [waiting("503", 1), waiting("reset", 2), waiting("503", 4), waiting("reset", 8)]
    const resumed = new Progress.OutageEnded({ runId, waited: Duration.seconds(9) })
    for (const event of [...began, ...outage, resumed, waiting("503", 20)]) {
      const news = RunProgress.announcement(known, event, Duration.minutes(15))
      if (Option.isSome(news)) told.push(news.value.replace(/\d\d:\d\d:\d\d [A-Z0-9:+-]+,/, "12:00:00 UTC,"))
      known = RunProgress.update(known, event, 0)
    }
    assert.deepStrictEqual(told, [
      "Waiting since 12:00:00 UTC, for up to 15m: 503",
      "Still waiting: reset",
      "Resuming after 9s.",
      "Waiting since 12:00:00 UTC, for up to 15m: 503"
    ])
  })

  it("excludes waiting time from the rate", () => {
    const resumed = new Progress.OutageEnded({ runId, waited: Duration.seconds(60) })
    let known = RunProgress.initial
    for (const event of [...began, advanced(50), waiting("503", 1), resumed])
      known = RunProgress.update(known, event, 0)
    const here = Option.getOrThrow(RunProgress.position(known, 65_000))
    assert.deepStrictEqual(here.speed, Option.some({ perSecond: 10, timeLeft: Duration.seconds(5) }))
    assert.deepInclude(here, { processed: 50, retries: 2, concurrency: 8 })
  })
})

/** What a view writes to standard error for these events, one per second. */
const seen = (events: ReadonlyArray<Progress.Event>, columns: Option.Option<number>) =>
  Effect.gen(function* () {
    const written: Array<string> = []
    const silent: Output.Sink = { write: () => Effect.void, columns: Effect.succeedNone, colour: "plain" }
    const stderr: Output.Sink = {
      write: (text) => Effect.sync(() => void written.push(text)),
      columns: Effect.succeed(columns),
      colour: "plain"
    }
    const output = { stdout: silent, stderr }
    const view = yield* Effect.provideService(
      ProgressView.make({ progress: "shown", form: "human", maxOutage: Duration.minutes(15), first: "Reading …" }),
      Output.Output,
      output
    )
    const slowly = Stream.mapEffect(Stream.fromIterable(events), (event) =>
      Effect.delay(Effect.succeed(event), "1 second")
    )
    yield* Effect.fork(Effect.provideService(view(slowly), Output.Output, output))
    yield* TestClock.adjust(Duration.seconds(events.length + 1))
    return written
  })

describe("the progress views", () => {
  const reason = `getAccountStatusById: ${"the provider failed, and says so at length; ".repeat(4)}the end`
  const events = [...began, advanced(40), waiting(reason, 60), advanced(40)]

  it.effect("a terminal shows the whole reason on a permanent line, and a bar that fits", () =>
    Effect.gen(function* () {
      const written = yield* seen(events, Option.some(60))
      const whole = written.filter((text) => text.endsWith("the end\n"))
      assert.lengthOf(whole, 1)
      const drawn = written.map((text) => text.replace("\r\u001b[2K", "")).filter((text) => !text.includes("\n"))
      assert.isTrue(drawn.every((text) => text.length < 60))
      assert.include(drawn.at(-1), "waiting for")
    })
  )

  it.effect("a log gets a final line even for a very short run", () =>
    Effect.gen(function* () {
      const finished = new Progress.RunFinished({ runId, total: 100 })
      assert.match(
        (yield* seen([...began, advanced(40), finished], Option.none())).join(""),
        /\n100 % {2}100\/100 .*\n$/
      )
    })
  )

  it.effect("a log gets lines without control characters", () =>
    Effect.gen(function* () {
      const written = (yield* seen(events, Option.none())).join("")
      assert.include(written, "the end\n")
      assert.match(written, /^0 % {2}0\/100\n/)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: the output must not contain them
      assert.notMatch(written, /[\r\u001b]/)
    })
  )
})
