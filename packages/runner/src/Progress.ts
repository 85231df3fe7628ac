/**
 * What a run reports while it works, for a terminal, a log or a web page.
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
 * An attempt at a run begins. `recorded` is more than 0 when it is resumed.
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
 * All subjects are known; the work on them begins.
 *
 * @since 0.1.0
 * @category models
 */
export class SubjectsListed extends Schema.TaggedClass<SubjectsListed>("@effect-glowmarkt/runner/SubjectsListed")(
  "SubjectsListed",
  { runId: RunId, recorded: Schema.NonNegativeInt, total: Schema.NonNegativeInt }
) {}

/**
 * Work went on: of `total` subjects `processed` have their result, and `recorded` of these have it in the store, where it
 * survives whatever happens. `retries` is how often a subject was begun again in this attempt, `concurrency` how many are
 * worked on at a time now. Sent at most ten times a second, however fast the run is.
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
 * Nothing is sent until `nextProbeAt`, when one subject is tried to see whether the provider is back. `reason`
 * is the message of what was met last. Sent again with each probe that fails.
 *
 * @since 0.1.0
 * @category models
 */
export class Waiting extends Schema.TaggedClass<Waiting>("@effect-glowmarkt/runner/Waiting")("Waiting", {
  runId: RunId,
  since: Schema.DateTimeUtc,
  reason: Schema.String,
  nextProbeAt: Schema.DateTimeUtc
}) {}

/**
 * The provider is back, after `waited`; the work goes on.
 *
 * @since 0.1.0
 * @category models
 */
export class Resumed extends Schema.TaggedClass<Resumed>("@effect-glowmarkt/runner/Resumed")("Resumed", {
  runId: RunId,
  waited: Schema.DurationFromMillis
}) {}

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
 * @since 0.1.0
 * @category schemas
 */
export const Event = Schema.Union(RunStarted, SubjectsListed, Advanced, Waiting, Resumed, RunFinished)

/**
 * @since 0.1.0
 * @category models
 */
export type Event = typeof Event.Type

/**
 * Where runs send their events: nowhere, unless {@link observe} says otherwise.
 *
 * @since 0.1.0
 * @category services
 */
export class Progress extends Context.Reference<Progress>()("@effect-glowmarkt/runner/Progress", {
  defaultValue: (): { readonly publish: (event: Event) => void } => ({ publish: () => undefined })
}) {}

// A face that is slower than the run loses the oldest events; each `Advanced` says all that those before it said.
const capacity = 256

/**
 * Hands the events of all runs inside `self` to `face` as a stream, which
 * ends when `self` does; then waits for the face to end, too. The run never
 * waits for the face: one that is too slow misses events.
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
    face: (events: Stream.Stream<Event>) => Effect.Effect<void, never, R2>
  ): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R | R2>
  <A, E, R, R2>(
    self: Effect.Effect<A, E, R>,
    face: (events: Stream.Stream<Event>) => Effect.Effect<void, never, R2>
  ): Effect.Effect<A, E, R | R2>
} = dual(
  2,
  Effect.fnUntraced(function* <A, E, R, R2>(
    self: Effect.Effect<A, E, R>,
    face: (events: Stream.Stream<Event>) => Effect.Effect<void, never, R2>
  ) {
    const outer = yield* Progress
    const mailbox = yield* Mailbox.make<Event>({ capacity, strategy: "sliding" })
    const publish = (event: Event) => {
      mailbox.unsafeOffer(event)
      outer.publish(event)
    }
    return yield* Effect.acquireUseRelease(
      Effect.fork(Effect.interruptible(face(Mailbox.toStream(mailbox)))),
      () => Effect.provideService(self, Progress, { publish }),
      (fiber) => Effect.zipRight(mailbox.end, Fiber.await(fiber))
    )
  })
)
