/**
 * The faces of a running audit: a bar that is drawn over itself on a terminal,
 * a line now and then elsewhere, or nothing.
 *
 * @since 0.1.0
 */
import type { Progress } from "@effect-glowmarkt/runner"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import * as Inert from "./Inert.js"
import * as Output from "./Output.js"
import * as ProgressBar from "./ProgressBar.js"

/**
 * What is known of the run so far.
 *
 * @since 0.1.0
 * @category models
 */
export interface Known {
  readonly total: Option.Option<number>
  readonly before: number
  readonly processed: number
  readonly recorded: number
  readonly beganMillis: number
  /** What the run is waiting for, in words, while it waits. */
  readonly waiting: Option.Option<string>
}

/**
 * @since 0.1.0
 * @category constructors
 */
export const nothing: Known = {
  total: Option.none(),
  before: 0,
  processed: 0,
  recorded: 0,
  beganMillis: 0,
  waiting: Option.none()
}

const time = (at: DateTime.Utc) => DateTime.formatIso(at).slice(11, 19)

const after = (known: Known, event: Progress.Event, nowMillis: number): Known => {
  switch (event._tag) {
    case "RunStarted":
      return { ...known, before: event.recorded, processed: event.recorded, recorded: event.recorded }
    case "SubjectsListed":
      return { ...known, total: Option.some(event.total), beganMillis: nowMillis }
    case "Advanced":
      return { ...known, processed: event.processed, recorded: event.recorded }
    case "Waiting":
      return {
        ...known,
        waiting: Option.some(`Waiting since ${time(event.since)}, next try ${time(event.nextProbeAt)}: ${event.reason}`)
      }
    case "Resumed":
      return { ...known, waiting: Option.none() }
    case "RunFinished":
      return { ...known, processed: event.total, recorded: event.total, waiting: Option.none() }
  }
}

const position = (known: Known, nowMillis: number): Option.Option<ProgressBar.Position> =>
  Option.map(known.total, (total) => ({
    total,
    before: known.before,
    processed: known.processed,
    elapsed: Duration.millis(nowMillis - known.beganMillis)
  }))

type Face = (events: Stream.Stream<Progress.Event>) => Effect.Effect<void, never, Output.Output>

/** Time passes also when nothing happens. */
const withTicks = (events: Stream.Stream<Progress.Event>, every: Duration.Duration) =>
  Stream.merge(
    Stream.map(events, Option.some),
    Stream.map(Stream.fromSchedule(Schedule.spaced(every)), () => Option.none<Progress.Event>()),
    {
      haltStrategy: "left"
    }
  )

const following = (
  events: Stream.Stream<Progress.Event>,
  knowledge: Ref.Ref<Known>,
  draw: (known: Known, nowMillis: number) => Effect.Effect<void, never, Output.Output>
) =>
  Stream.runForEach(withTicks(events, Duration.seconds(1)), (event) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const known = yield* Ref.updateAndGet(knowledge, (known) =>
        Option.match(event, { onNone: () => known, onSome: (event) => after(known, event, now) })
      )
      yield* draw(known, now)
    })
  )

/**
 * Says nothing, only knows.
 *
 * @since 0.1.0
 * @category faces
 */
export const quiet =
  (knowledge: Ref.Ref<Known>): Face =>
  (events) =>
    following(events, knowledge, () => Effect.void)

/**
 * A line when it begins, and one every five seconds.
 *
 * @since 0.1.0
 * @category faces
 */
export const lines =
  (knowledge: Ref.Ref<Known>): Face =>
  (events) =>
    Effect.flatMap(Ref.make(Option.none<number>()), (spoken) =>
      following(events, knowledge, (known, now) =>
        Effect.gen(function* () {
          const last = yield* Ref.get(spoken)
          const here = position(known, now)
          if (Option.isNone(here) || (Option.isSome(last) && now - last.value < 5000)) return
          yield* Ref.set(spoken, Option.some(now))
          yield* Output.note(Option.getOrElse(known.waiting, () => ProgressBar.line(here.value)))
        })
      )
    )

const overwrite = "\r\u001b[2K"

/**
 * The bar.
 *
 * @since 0.1.0
 * @category faces
 */
export const bar =
  (knowledge: Ref.Ref<Known>): Face =>
  (events) =>
    Effect.gen(function* () {
      const { stderr } = yield* Output.Output
      const draw = (text: string) => stderr.write(overwrite + text)
      yield* draw("Reading the list of accounts …")
      yield* Effect.ensuring(
        following(events, knowledge, (known, now) =>
          Effect.gen(function* () {
            const columns = Option.getOrElse(yield* stderr.columns, () => 80)
            const here = position(known, now)
            if (Option.isSome(known.waiting)) yield* draw(Inert.text(known.waiting.value).slice(0, columns))
            else if (Option.isSome(here)) yield* draw(ProgressBar.bar(here.value, columns))
          })
        ),
        // The last bar stays, however it ends; the words before it do not.
        Effect.flatMap(Ref.get(knowledge), ({ total }) => stderr.write(Option.isSome(total) ? "\n" : overwrite))
      )
    })
