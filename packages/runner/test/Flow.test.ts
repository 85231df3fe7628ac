import { assert, describe, layer } from "@effect/vitest"
import { Cause, Chunk, Deferred, Effect, Exit, Fiber, HashMap, Option, Ref, Stream } from "effect"
import { Flow, Progress, Run, RunStore } from "../src/index.js"
import { counting } from "./fixtures/counting.js"

const id = (name: string) => Run.RunId.make(name)

/** Counts how often each subject was processed. */
const tally = Effect.map(Ref.make(HashMap.empty<number, number>()), (ref) => ({
  count: (subject: number) =>
    Ref.update(
      ref,
      HashMap.modifyAt(subject, (n) => Option.some(Option.getOrElse(n, () => 0) + 1))
    ),
  all: Effect.map(Ref.get(ref), (counts) => new Map(counts))
}))

const rowsOf = <P extends object, S, A, E, R>(flow: Flow.Flow<P, S, A, E, R>, runId: Run.RunId) =>
  Effect.map(Stream.runCollect(Flow.rows(flow, runId)), Chunk.toReadonlyArray)

// One store for all tests: runs with different ids must not affect each other.
layer(RunStore.layerMemory, { excludeTestServices: true })("Flow", (it) => {
  it.effect("every subject has exactly one result, in order", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const flow = counting(count)
      const run = yield* Flow.run(flow, {
        runId: id("complete"),
        parameters: { count: 2345, factor: 2 },
        concurrency: 7
      })
      assert.strictEqual(run.total, 2345)
      assert.strictEqual(run.recorded, 2345)
      assert.notStrictEqual(run.finishedAt, undefined)
      const rows = yield* rowsOf(flow, id("complete"))
      assert.deepStrictEqual(
        rows.map(({ outcome, position, result, subject }) => ({
          outcome,
          position,
          product: result?.product ?? -1,
          subject
        })),
        Array.from({ length: 2345 }, (_, i) => ({ outcome: "done" as const, position: i, product: 2 * i, subject: i }))
      )
      assert.isTrue([...(yield* all).values()].every((n) => n === 1))
    })
  )

  it.effect("finishes a run without subjects", () =>
    Effect.gen(function* () {
      const flow = counting(() => Effect.void)
      const run = yield* Flow.run(flow, { parameters: { count: 0 } })
      assert.strictEqual(run.total, 0)
      assert.notStrictEqual(run.finishedAt, undefined)
      assert.match(run.runId, /^counting-\d{8}T\d{6}-\w{4}$/)
    })
  )

  it.effect("processes exactly the given number of subjects at a time", () =>
    Effect.gen(function* () {
      let now = 0
      let most = 0
      const flow = counting(() =>
        Effect.acquireUseRelease(
          Effect.sync(() => {
            now++
            most = Math.max(most, now)
          }),
          () => Effect.yieldNow(),
          () => Effect.sync(() => now--)
        )
      )
      yield* Flow.run(flow, { parameters: { count: 1500 }, concurrency: 5 })
      assert.strictEqual(most, 5)
    })
  )

  it.effect("processes one subject at a time if the number is invalid", () =>
    Effect.forEach([0, -3, 0.5, Number.NaN], (concurrency) =>
      Effect.gen(function* () {
        const run = yield* Flow.run(
          counting(() => Effect.void),
          { parameters: { count: 5 }, concurrency }
        )
        assert.strictEqual(run.recorded, 5)
      })
    )
  )

  it.effect("a failure ends the attempt, and the same run id continues with the missing subjects", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const failing = counting((subject) => (subject === 1234 ? Effect.fail("refused") : count(subject)))
      const runId = id("fails")
      assert.deepStrictEqual(yield* Effect.exit(Flow.run(failing, { runId, concurrency: 1 })), Exit.fail("refused"))

      const store = yield* RunStore.RunStore
      const unfinished = yield* store.get(runId)
      assert.strictEqual(unfinished.finishedAt, undefined)
      assert.strictEqual(unfinished.recorded, 1234)

      const flow = counting(count)
      const run = yield* Flow.run(flow, { runId })
      assert.strictEqual(run.recorded, 2000)
      assert.deepStrictEqual(run.startedAt, unfinished.startedAt)
      const counts = yield* all
      assert.strictEqual(counts.size, 2000)
      assert.isTrue([...counts.values()].every((n) => n === 1))
      const rows = yield* rowsOf(flow, runId)
      assert.isTrue(rows.every((row) => row.result?.startedAt.epochMillis === run.startedAt.epochMillis))
    })
  )

  it.effect("a run fails if listing fails, and lists again when it is repeated", () =>
    Effect.gen(function* () {
      const runId = id("list-fails")
      const broken = { ...counting(() => Effect.void), subjects: () => Stream.fail("denied" as const) }
      assert.strictEqual(yield* Effect.flip(Flow.run(broken, { runId })), "denied")
      assert.strictEqual(
        (yield* Flow.run(
          counting(() => Effect.void),
          { runId }
        )).total,
        2000
      )
    })
  )

  it.effect("a run that failed before its subjects were listed is not kept", () =>
    Effect.gen(function* () {
      const runId = id("empty")
      const flow = { ...counting(() => Effect.void), subjects: () => Stream.fail("no list") }
      assert.strictEqual(yield* Effect.flip(Flow.run(flow, { runId })), "no list")
      const store = yield* RunStore.RunStore
      assert.strictEqual((yield* Effect.flip(store.get(runId)))._tag, "RunNotFound")
    })
  )

  it.effect("a defect is reported as a defect", () =>
    Effect.gen(function* () {
      const flow = counting(() => Effect.die(new Error("a bug")))
      const exit = yield* Effect.exit(Flow.run(flow, { runId: id("dies") }))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
      assert.strictEqual(
        (yield* Flow.run(
          counting(() => Effect.void),
          { runId: id("dies") }
        )).recorded,
        2000
      )
    })
  )

  it.effect("an error thrown by the step function is reported as a defect", () =>
    Effect.gen(function* () {
      const bug = new Error("a bug")
      const flow = {
        ...counting(() => Effect.void),
        step: () => {
          throw bug
        }
      }
      const cause = yield* Effect.flip(Effect.sandbox(Flow.run(flow, { runId: id("throws") })))
      assert.deepStrictEqual(Cause.dieOption(cause), Option.some(bug))
    })
  )

  it.effect("interruption cancels subjects in flight, keeps results, and the run can be resumed", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const runId = id("interrupted")
      const reached = yield* Deferred.make<void>()
      let cancelled = 0
      const hanging = counting((subject) =>
        subject < 550
          ? count(subject)
          : Effect.zipRight(Deferred.succeed(reached, undefined), Effect.never).pipe(
              Effect.onInterrupt(() => Effect.sync(() => cancelled++))
            )
      )
      const fiber = yield* Effect.fork(Flow.run(hanging, { runId, concurrency: 4 }))
      yield* Deferred.await(reached)
      yield* Fiber.interrupt(fiber)
      const store = yield* RunStore.RunStore
      assert.strictEqual((yield* store.get(runId)).recorded, 550)
      assert.strictEqual(cancelled, 4)

      assert.strictEqual((yield* Flow.run(counting(count), { runId })).recorded, 2000)
      assert.isTrue([...(yield* all).values()].every((n) => n === 1))
    })
  )

  it.effect("a finished run is returned as it is", () =>
    Effect.gen(function* () {
      const runId = id("finished")
      const first = yield* Flow.run(
        counting(() => Effect.void),
        { runId, parameters: { count: 10 } }
      )
      const second = yield* Flow.run(
        counting(() => Effect.die("must not run")),
        { runId }
      )
      assert.deepStrictEqual(second, first)
    })
  )

  it.effect(
    "refuses other parameters for the same run id and names them; omitted ones keep their recorded values",
    () =>
      Effect.gen(function* () {
        const runId = id("parameters")
        const flow = counting(() => Effect.void)
        yield* Flow.run(flow, { runId, parameters: { count: 10, factor: 5 } })
        const error = yield* Effect.flip(Flow.run(flow, { runId, parameters: { count: 10, factor: 6 } }))
        assert.instanceOf(error, Run.RunMismatch)
        assert.deepStrictEqual(error.differences, [{ name: "factor", stored: 5, requested: 6 }])
        assert.include(error.message, "factor was 5, now 6")
        assert.strictEqual((yield* Flow.run(flow, { runId, parameters: { count: 10 } })).total, 10)

        const otherFlow = yield* Effect.flip(Flow.run({ ...flow, name: "other" }, { runId }))
        assert.include(otherFlow.message, `it belongs to flow "counting", not "other"`)
      })
  )

  it.effect("the id of a removed run starts a new run", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const runId = id("forgotten")
      const flow = counting(count)
      const store = yield* RunStore.RunStore
      yield* Flow.run(flow, { runId, parameters: { count: 3 } })
      yield* store.forget(runId)
      yield* Effect.sleep(2)
      yield* Flow.run(flow, { runId, parameters: { count: 3 } })
      assert.deepStrictEqual([...(yield* all).values()], [2, 2, 2])
    })
  )

  it.effect("concurrent runs use their own services and results", () =>
    Effect.gen(function* () {
      const factors = [1, 2, 3, 4]
      const tallies = yield* Effect.forEach(factors, () => tally)
      yield* Effect.forEach(
        factors,
        (factor, i) =>
          Flow.run(counting(tallies[i]?.count ?? (() => Effect.void)), {
            runId: id(`beside-${factor}`),
            parameters: { count: 300, factor }
          }),
        { concurrency: "unbounded" }
      )
      for (const [i, factor] of factors.entries()) {
        const rows = yield* rowsOf(
          counting(() => Effect.void),
          id(`beside-${factor}`)
        )
        assert.isTrue(rows.every((row) => row.result?.product === row.subject * factor))
        assert.strictEqual((yield* tallies[i]?.all ?? Effect.succeed(new Map())).size, 300)
      }
    })
  )

  it.effect("calls with the same run id take turns: no subject is processed twice, and both return the run", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const options = { runId: id("at-once"), parameters: { count: 300, factor: 2 } }
      const [first, second] = yield* Effect.all(
        [
          Flow.run(
            counting((n) => Effect.zipRight(Effect.yieldNow(), count(n))),
            options
          ),
          Flow.run(counting(count), options)
        ],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(first, second)
      assert.strictEqual(first.recorded, 300)
      assert.isTrue([...(yield* all).values()].every((n) => n === 1))
    })
  )

  it.effect("if the first of two calls with the same run id fails, the second completes the run", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const options = { runId: id("taken-over"), parameters: { count: 300, factor: 2 }, concurrency: 1 }
      const failing = counting((n) => (n === 150 ? Effect.fail("refused") : count(n)))
      const [first, second] = yield* Effect.all(
        [Effect.exit(Flow.run(failing, options)), Flow.run(counting(count), options)],
        { concurrency: "unbounded" }
      )
      assert.deepStrictEqual(first, Exit.fail("refused"))
      assert.strictEqual(second.recorded, 300)
      assert.isTrue([...(yield* all).values()].every((n) => n === 1))
    })
  )

  it.effect("several calls can process ranges of one run, which is finished when all are done", () =>
    Effect.gen(function* () {
      const { all, count } = yield* tally
      const flow = counting(count)
      const runId = id("shared")
      const listed = yield* Flow.list(flow, { runId, parameters: { count: 2500, factor: 2 } })
      assert.strictEqual(listed.total, 2500)
      assert.strictEqual((yield* Flow.list(flow, { runId })).total, 2500)
      yield* Flow.work(flow, runId, { from: 900, to: 1700 })
      const unfinished = yield* Effect.flip(Flow.finish(runId))
      assert.strictEqual(unfinished._tag === "RunUnfinished" && unfinished.recorded, 800)
      yield* Effect.all(
        [Flow.work(flow, runId, { from: 0, to: 1000 }), Flow.work(flow, runId, { from: 1700, to: 2500 })],
        { concurrency: "unbounded" }
      )
      const finished = yield* Flow.finish(runId)
      assert.strictEqual(finished.recorded, 2500)
      assert.deepStrictEqual(yield* Flow.finish(runId), finished)
      const rows = yield* rowsOf(flow, runId)
      assert.deepStrictEqual(
        rows.map(({ result }) => result?.product),
        Array.from({ length: 2500 }, (_, i) => 2 * i)
      )
      assert.isTrue([...(yield* all).values()].every((n) => n === 1))
    })
  )

  describe("Progress", () => {
    const observed = <A, E, R>(self: Effect.Effect<A, E, R>) =>
      Effect.gen(function* () {
        const events: Array<Progress.Event> = []
        const exit = yield* Effect.exit(
          Progress.observe(
            self,
            Stream.runForEach((event) => Effect.sync(() => events.push(event)))
          )
        )
        return { events, exit }
      })

    it.effect("reports start, size, progress and end; a resumed run starts from the recorded results", () =>
      Effect.gen(function* () {
        const runId = id("observed")
        const failing = counting((subject) =>
          subject === 1500 ? Effect.fail("refused") : subject % 100 === 0 ? Effect.sleep(15) : Effect.void
        )
        const first = yield* observed(Flow.run(failing, { runId, concurrency: 1 }))
        assert.deepStrictEqual(first.exit, Exit.fail("refused"))
        assert.deepStrictEqual(first.events.slice(0, 2), [
          new Progress.RunStarted({ runId, flow: "counting", recorded: 0 }),
          new Progress.SubjectsListed({ runId, recorded: 0, total: 2000 })
        ])
        const advances = first.events.filter((event) => event._tag === "Advanced")
        assert.isAtLeast(advances.length, 1)
        for (const [i, advance] of advances.entries()) {
          assert.isAtMost(advance.recorded, advance.processed)
          assert.isAbove(advance.processed, advances[i - 1]?.processed ?? 0)
        }

        const second = yield* observed(
          Flow.run(
            counting(() => Effect.void),
            { runId }
          )
        )
        assert.deepStrictEqual(second.events[0], new Progress.RunStarted({ runId, flow: "counting", recorded: 1500 }))
        assert.deepStrictEqual(second.events.at(-1), new Progress.RunFinished({ runId, total: 2000 }))
      })
    )

    it.effect("an observer that never reads does not delay the run", () =>
      Effect.gen(function* () {
        const run = Flow.run(
          counting(() => Effect.void),
          { parameters: { count: 1200 } }
        )
        const { total } = yield* Progress.observe(run, () => Effect.void)
        assert.strictEqual(total, 1200)
      })
    )
  })
})
