/**
 * An engine that works on an execution only while somebody in this process waits for it.
 *
 * The cluster engine by itself continues every unfinished execution as soon as
 * it finds it in storage, goes on when the fiber that asked is interrupted, and runs each
 * workflow with the services it was first registered with. For a tool that a person
 * starts, that is wrong three times: yesterday's abandoned run must not begin to
 * call a server because today's was started, Ctrl-C must stop, and each run has
 * services of its own. So here a workflow's body waits until a fiber calls
 * `execute`, runs with the services of that fiber, and when that fiber is
 * interrupted stops and waits for the next. To the engine such an execution is merely
 * slow: nothing is recorded as failed or suspended, and it stays resumable.
 */
import { WorkflowEngine, WorkflowInstance } from "@effect/workflow/WorkflowEngine"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import { Trouble } from "./trouble.js"

interface Attendant {
  readonly runtime: Runtime.Runtime<never>
  readonly leaves: Deferred.Deferred<void>
  /** Present once the body works for this attendant, open when it has stopped. */
  stopped?: Deferred.Deferred<void>
}

interface Execution {
  readonly attendants: Array<Attendant>
  readonly arrival: Effect.Latch
}

export const make = Effect.fnUntraced(function* (engine: WorkflowEngine["Type"]) {
  const engineScope = yield* Effect.scope
  const trouble = yield* Trouble
  const executions = new Map<string, Execution>()

  const executionOf = (executionId: string) => {
    let execution = executions.get(executionId)
    if (execution === undefined) {
      execution = { attendants: [], arrival: Effect.unsafeMakeLatch(false) }
      executions.set(executionId, execution)
    }
    return execution
  }

  const arrive = (executionId: string) =>
    Effect.map(Effect.all([Effect.runtime<never>(), Deferred.make<void>()]), ([runtime, leaves]) => {
      const execution = executionOf(executionId)
      const attendant: Attendant = { runtime, leaves }
      execution.attendants.push(attendant)
      execution.arrival.unsafeOpen()
      return attendant
    })

  const leave = (executionId: string, attendant: Attendant) =>
    Effect.suspend(() => {
      const { arrival, attendants } = executionOf(executionId)
      attendants.splice(attendants.indexOf(attendant), 1)
      if (attendants.length === 0) {
        arrival.unsafeClose()
      }
      return Effect.zipRight(
        Deferred.succeed(attendant.leaves, undefined),
        attendant.stopped === undefined ? Effect.void : Deferred.await(attendant.stopped)
      )
    })

  const nextAttendant = (executionId: string): Effect.Effect<Attendant> =>
    Effect.suspend(() => {
      const { arrival, attendants } = executionOf(executionId)
      const [attendant] = attendants
      return attendant === undefined
        ? Effect.zipRight(arrival.await, nextAttendant(executionId))
        : Effect.succeed(attendant)
    })

  const workFor = <A, E, R>(attendant: Attendant, body: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Deferred.make<void>(), (stopped) => {
      attendant.stopped = stopped
      return asAttendant(attendant, body).pipe(
        Effect.asSome,
        Effect.raceFirst(Effect.as(Deferred.await(attendant.leaves), Option.none<A>())),
        Effect.ensuring(Deferred.succeed(stopped, undefined))
      )
    })

  const attend = <A, E, R>(executionId: string, body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(nextAttendant(executionId), (attendant) =>
      Effect.flatMap(
        workFor(attendant, body),
        Option.match({ onNone: () => attend(executionId, body), onSome: Effect.succeed })
      )
    )

  return WorkflowEngine.of({
    ...engine,
    // In the engine's scope, not the caller's: the cluster shuts down when a registration's scope closes.
    register: (workflow, body) =>
      Scope.extend(
        engine.register(workflow, (payload, executionId) => attend(executionId, body(payload, executionId))),
        engineScope
      ),
    execute: (workflow, options) =>
      Effect.acquireUseRelease(
        arrive(options.executionId),
        // A defect, because an engine has no failures of its own. `Flow.run` makes one of it again.
        // Nobody waits for the engine to give up: that, too, it would have to keep.
        () => Effect.raceFirst(engine.execute(workflow, options), Effect.orDie(trouble.next)),
        (attendant) => leave(options.executionId, attendant)
      )
  })
})

/** Context, log level and the like are the attendant's; what belongs to the execution itself stays. */
const asAttendant = <A, E, R>(attendant: Attendant, body: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.contextWithEffect((own: Context.Context<R>) =>
    body.pipe(
      Effect.mapInputContext((merged: Context.Context<R>) =>
        merged.pipe(keep(WorkflowInstance, own), keep(Scope.Scope, own))
      ),
      Effect.provide(attendant.runtime)
    )
  )

const keep =
  <I, S, R>(tag: Context.Tag<I, S>, own: Context.Context<R>) =>
  (merged: Context.Context<R>): Context.Context<R> =>
    Option.match(Context.getOption(own, tag), {
      onNone: () => merged,
      onSome: (service) => Context.add(merged, tag, service)
    })
