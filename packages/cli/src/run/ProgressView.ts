/**
 * The faces of a running flow: a bar that is drawn over itself on a terminal, a line now and then elsewhere, its events
 * for programs, or nothing.
 *
 * @since 0.1.0
 */
import { Progress } from "@effect-glowmarkt/runner"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Form } from "../args/Flags.js"
import * as Output from "../terminal/Output.js"
import * as ProgressBar from "../terminal/ProgressBar.js"
import * as Sanitize from "../terminal/Sanitize.js"
import * as RunProgress from "./RunProgress.js"

/**
 * For `Progress.observe`.
 *
 * @since 0.1.0
 * @category models
 */
export type ProgressView = (events: Stream.Stream<Progress.Event>) => Effect.Effect<void, never, Output.Output>

/**
 * - `progress`: whether any is shown.
 * - `form`: to whom.
 * - `patience`: how long an outage is waited for.
 * - `first`: what happens before all subjects are known, on a terminal.
 *
 * @since 0.1.0
 * @category models
 */
export interface Wishes {
  readonly progress: "shown" | "quiet"
  readonly form: Form
  readonly patience: Duration.Duration
  readonly first: string
}

/** Time passes also when nothing happens. */
const withTicks = (events: Stream.Stream<Progress.Event>) =>
  Stream.merge(
    Stream.map(events, Option.some),
    Stream.map(Stream.fromSchedule(Schedule.spaced(Duration.seconds(1))), () => Option.none<Progress.Event>()),
    { haltStrategy: "left" }
  )

interface Drawing {
  readonly patience: Duration.Duration
  /** What stays, whole lines. */
  readonly say: (news: string) => Effect.Effect<void, never, Output.Output>
  /** What the next one replaces. */
  readonly draw: (known: RunProgress.Known, nowMillis: number) => Effect.Effect<void, never, Output.Output>
}

const following = (
  events: Stream.Stream<Progress.Event>,
  knowledge: Ref.Ref<RunProgress.Known>,
  { draw, patience, say }: Drawing
) =>
  Stream.runForEach(withTicks(events), (tick) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      if (Option.isSome(tick)) {
        const known = yield* Ref.get(knowledge)
        const news = RunProgress.news(known, tick.value, patience)
        if (Option.isSome(news)) yield* say(news.value)
        yield* Ref.set(knowledge, RunProgress.after(known, tick.value, now))
      }
      yield* draw(yield* Ref.get(knowledge), now)
    })
  )

const quiet: ProgressView = Stream.runDrain

const encode = Schema.encodeSync(Progress.Event)

const events: ProgressView = Stream.runForEach((event) => Output.jsonLine(encode(event)))

/** A line when it begins, one every five seconds, and one when it is finished. */
const lines =
  (patience: Duration.Duration): ProgressView =>
  (events) =>
    Effect.gen(function* () {
      const knowledge = yield* Ref.make(RunProgress.nothing)
      const spoken = yield* Ref.make(Option.none<number>())
      yield* following(events, knowledge, {
        patience,
        say: Output.note,
        draw: (known, now) =>
          Effect.gen(function* () {
            const last = yield* Ref.get(spoken)
            const here = RunProgress.position(known, now)
            if (Option.isNone(here) || Option.contains(last, Number.POSITIVE_INFINITY)) return
            const isLast = known.stage === "finished"
            if (!isLast && Option.exists(last, (last) => now - last < 5000)) return
            yield* Ref.set(spoken, Option.some(isLast ? Number.POSITIVE_INFINITY : now))
            yield* Output.note(ProgressBar.line(here.value))
          })
      })
    })

const overwrite = "\r\u001b[2K"

const bar =
  ({ first, patience }: Wishes): ProgressView =>
  (events) =>
    Effect.gen(function* () {
      const { stderr } = yield* Output.Output
      const knowledge = yield* Ref.make(RunProgress.nothing)
      const draw = (text: string) => stderr.write(overwrite + text)
      yield* draw(first)
      const show = following(events, knowledge, {
        patience,
        // However long: a line that stays may be wrapped by the terminal, one that is drawn over may not.
        say: (news) => draw(`${Sanitize.text(news)}\n`),
        draw: (known, now) =>
          Effect.gen(function* () {
            const columns = Option.getOrElse(yield* stderr.columns, () => 80)
            yield* draw(
              Option.match(RunProgress.position(known, now), {
                onSome: (here) => ProgressBar.bar(here, columns),
                onNone: () =>
                  Option.match(RunProgress.pause(known, now), {
                    onNone: () => first,
                    onSome: (pause) => ProgressBar.paused(pause).slice(0, columns - 1)
                  })
              })
            )
          })
      })
      // The last bar stays, however it ends; the words before it do not.
      yield* Effect.ensuring(
        show,
        Effect.flatMap(Ref.get(knowledge), ({ total }) => stderr.write(Option.isSome(total) ? "\n" : overwrite))
      )
    })

/**
 * The view these options ask for.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (wishes: Wishes): Effect.Effect<ProgressView, never, Output.Output> =>
  Effect.gen(function* () {
    if (wishes.progress === "quiet") return quiet
    if (wishes.form === "json") return events
    const { stderr } = yield* Output.Output
    return Option.isSome(yield* stderr.columns) ? bar(wishes) : lines(wishes.patience)
  })
