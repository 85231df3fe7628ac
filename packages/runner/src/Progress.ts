/**
 * Progress events of runs, for a terminal, a log or a web page.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import * as Mailbox from "effect/Mailbox"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import { RunId } from "./Run.js"

/**
 * A run started or resumed. `recorded` is above 0 if it was resumed.
 *
 * @since 0.1.0
 * @category models
 */
export class RunStarted extends Schema.TaggedClass<RunStarted>("@effect-glowmarkt/runner/RunStarted")("RunStarted", {
  runId: RunId,
  flow: Schema.String,
  recorded: Schema.NonNegativeInt
}) {}

/**
 * All subjects are listed, and the run starts to process them.
 *
 * @since 0.1.0
 * @category models
 */
export class SubjectsListed extends Schema.TaggedClass<SubjectsListed>("@effect-glowmarkt/runner/SubjectsListed")(
  "SubjectsListed",
  { runId: RunId, recorded: Schema.NonNegativeInt, total: Schema.NonNegativeInt }
) {}

/**
 * Work advanced. Of `total` subjects, `processed` have a result and `recorded` have it safely in
 * the store. `retries` counts retried subjects since the run was started or resumed. `concurrency`
 * is the current number of subjects processed at a time. Published at most ten times a second.
 *
 * @since 0.1.0
 * @category models
 */
export class Advanced extends Schema.TaggedClass<Advanced>("@effect-glowmarkt/runner/Advanced")("Advanced", {
  runId: RunId,
  processed: Schema.NonNegativeInt,
  recorded: Schema.NonNegativeInt,
  total: Schema.NonNegativeInt,
  retries: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 }),
  concurrency: Schema.optionalWith(Schema.NonNegativeInt, { default: () => 0 })
}) {}

/**
 * An outage: nothing is sent until `nextProbeAt`, when one subject is tried to see whether the
 * provider is back. `reason` is the latest error message. Published again after every failed probe.
 *
 * @since 0.1.0
 * @category models
 */
export class OutageWaiting extends Schema.TaggedClass<OutageWaiting>("@effect-glowmarkt/runner/OutageWaiting")(
  "OutageWaiting",
  {
    runId: RunId,
    since: Schema.DateTimeUtc,
    reason: Schema.String,
    nextProbeAt: Schema.DateTimeUtc
  }
) {}

/**
 * The provider is back after `waited`, and work continues.
 *
 * @since 0.1.0
 * @category models
 */
export class OutageEnded extends Schema.TaggedClass<OutageEnded>("@effect-glowmarkt/runner/OutageEnded")(
  "OutageEnded",
  {
    runId: RunId,
    waited: Schema.DurationFromMillis
  }
) {}

/**
 * Every subject has its result in the store.
 *
 * @since 0.1.0
 * @category models
 */
export class RunFinished extends Schema.TaggedClass<RunFinished>("@effect-glowmarkt/runner/RunFinished")(
  "RunFinished",
  { runId: RunId, total: Schema.NonNegativeInt }
) {}

/**
 * Any progress event.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Event = Schema.Union(RunStarted, SubjectsListed, Advanced, OutageWaiting, OutageEnded, RunFinished)

/**
 * Any progress event.
 *
 * @since 0.1.0
 * @category models
 */
export type Event = typeof Event.Type

/**
 * The service behind the tag {@link Progress}.
 *
 * @since 0.1.0
 * @category models
 */
export interface ProgressService {
  /** Publishes an event. Never fails and never waits. */
  readonly publish: (event: Event) => void
}

/**
 * Receives the events of runs. By default the events are discarded; see {@link observe}.
 *
 * @since 0.1.0
 * @category services
 */
export class Progress extends Context.Reference<Progress>()("@effect-glowmarkt/runner/Progress", {
  defaultValue: (): ProgressService => ({ publish: () => undefined })
}) {}

// A slow observer misses the oldest events. It still gets the correct counts, because each
// `Advanced` has all of them.
const capacity = 256

/**
 * Streams the events of all runs inside `self` to `observer`. The stream ends when `self` does, and
 * the effect then waits for the observer. A run never waits for its observer: a slow one misses
 * events.
 *
 * @example
 * ```ts
 * import { Progress, StatusAudit } from "@effect-glowmarkt/runner"
 * import { Console, Stream } from "effect"
 *
 * const program = StatusAudit.run().pipe(
 *   Progress.observe(Stream.runForEach((event) => Console.log(event._tag)))
 * )
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const observe: {
  <R2>(
    observer: (events: Stream.Stream<Event>) => Effect.Effect<void, never, R2>
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | R2>
  <A, E, R, R2>(
    self: Effect.Effect<A, E, R>,
    observer: (events: Stream.Stream<Event>) => Effect.Effect<void, never, R2>
  ): Effect.Effect<A, E, R | R2>
} = dual(
  2,
  Effect.fnUntraced(function* <A, E, R, R2>(
    self: Effect.Effect<A, E, R>,
    observer: (events: Stream.Stream<Event>) => Effect.Effect<void, never, R2>
  ) {
    const outer = yield* Progress
    const mailbox = yield* Mailbox.make<Event>({ capacity, strategy: "sliding" })
    const publish = (event: Event) => {
      mailbox.unsafeOffer(event)
      outer.publish(event)
    }
    return yield* Effect.acquireUseRelease(
      Effect.fork(Effect.interruptible(observer(Mailbox.toStream(mailbox)))),
      () => Effect.provideService(self, Progress, { publish }),
      (fiber) => Effect.zipRight(mailbox.end, Fiber.await(fiber))
    )
  })
)
