/**
 * The progress of a run: a bar on a terminal, a line now and then elsewhere, JSON events, or
 * nothing.
 *
 * @since 0.1.0
 */
import * as Progress from "@effect-glowmarkt/runner/Progress"
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
 * An observer for `Progress.observe`.
 *
 * @since 0.1.0
 * @category models
 */
export type ProgressView = (events: Stream.Stream<Progress.Event>) => Effect.Effect<void, never, Output.Output>

/**
 * - `maxOutage`: how long the run waits for an unreachable server.
 * - `first`: the text on a terminal until the number of subjects is known.
 *
 * @since 0.1.0
 * @category models
 */
export interface ViewOptions {
  readonly progress: "shown" | "quiet"
  readonly form: Form
  readonly maxOutage: Duration.Duration
  readonly first: string
}

/** Ticks every second, so that times advance between events. */
const withTicks = (events: Stream.Stream<Progress.Event>) =>
  Stream.merge(
    Stream.map(events, Option.some),
    Stream.map(Stream.fromSchedule(Schedule.spaced(Duration.seconds(1))), () => Option.none<Progress.Event>()),
    { haltStrategy: "left" }
  )

interface Renderer {
  readonly maxOutage: Duration.Duration
  /** Prints a line that stays. */
  readonly print: (news: string) => Effect.Effect<void, never, Output.Output>
  /** Draws the current state. The next call replaces it. */
  readonly draw: (state: RunProgress.ProgressState, nowMillis: number) => Effect.Effect<void, never, Output.Output>
}

const follow = (
  events: Stream.Stream<Progress.Event>,
  ref: Ref.Ref<RunProgress.ProgressState>,
  { draw, maxOutage, print }: Renderer
) =>
  Stream.runForEach(withTicks(events), (tick) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      if (Option.isSome(tick)) {
        const state = yield* Ref.get(ref)
        const announcement = RunProgress.announcement(state, tick.value, maxOutage)
        if (Option.isSome(announcement)) yield* print(announcement.value)
        yield* Ref.set(ref, RunProgress.update(state, tick.value, now))
      }
      yield* draw(yield* Ref.get(ref), now)
    })
  )

const quiet: ProgressView = Stream.runDrain

const encode = Schema.encodeSync(Progress.Event)

const events: ProgressView = Stream.runForEach((event) => Output.jsonLine(encode(event)))

/** Shows progress as one line at the start, one every five seconds, and one at the end. */
const logLines =
  (maxOutage: Duration.Duration): ProgressView =>
  (events) =>
    Effect.gen(function* () {
      const ref = yield* Ref.make(RunProgress.initial)
      const printedAt = yield* Ref.make(Option.none<number>())
      yield* follow(events, ref, {
        maxOutage,
        print: Output.note,
        draw: (state, now) =>
          Effect.gen(function* () {
            const last = yield* Ref.get(printedAt)
            const position = RunProgress.position(state, now)
            if (Option.isNone(position) || Option.contains(last, Number.POSITIVE_INFINITY)) return
            const isLast = state.stage === "finished"
            if (!isLast && Option.exists(last, (last) => now - last < 5000)) return
            yield* Ref.set(printedAt, Option.some(isLast ? Number.POSITIVE_INFINITY : now))
            yield* Output.note(ProgressBar.logLine(position.value))
          })
      })
    })

const overwrite = "\r\u001b[2K"

const bar =
  ({ first, maxOutage }: ViewOptions): ProgressView =>
  (events) =>
    Effect.gen(function* () {
      const { stderr } = yield* Output.Output
      const ref = yield* Ref.make(RunProgress.initial)
      const draw = (text: string) => stderr.write(overwrite + text)
      yield* draw(first)
      const show = follow(events, ref, {
        maxOutage,
        // This text may be wider than the terminal: only text that is redrawn must not wrap.
        print: (news) => draw(`${Sanitize.text(news)}\n`),
        draw: (state, now) =>
          Effect.gen(function* () {
            const columns = Option.getOrElse(yield* stderr.columns, () => 80)
            yield* draw(
              Option.match(RunProgress.position(state, now), {
                onSome: (position) => ProgressBar.bar(position, columns),
                onNone: () =>
                  Option.match(RunProgress.pause(state, now), {
                    onNone: () => first,
                    onSome: (pause) => ProgressBar.paused(pause).slice(0, columns - 1)
                  })
              })
            )
          })
      })
      // The bar stays on the screen at the end; the first text is erased.
      yield* Effect.ensuring(
        show,
        Effect.flatMap(Ref.get(ref), ({ total }) => stderr.write(Option.isSome(total) ? "\n" : overwrite))
      )
    })

/**
 * Makes the view for these options.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: ViewOptions): Effect.Effect<ProgressView, never, Output.Output> =>
  Effect.gen(function* () {
    if (options.progress === "quiet") return quiet
    if (options.form === "json") return events
    const { stderr } = yield* Output.Output
    return Option.isSome(yield* stderr.columns) ? bar(options) : logLines(options.maxOutage)
  })
