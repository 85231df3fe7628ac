/** A simulator in a process of its own. Says where it listens, then does as told. */
import { Announcement, Faults, Simulator } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { Command, Counted, Settings } from "./protocol.js"

const settings = Schema.decodeUnknownSync(Schema.parseJson(Settings))(process.argv[2])

const say = (message: unknown) => Effect.sync(() => process.send?.(message))

const outage = Faults.Cycle({
  on: {},
  faults: [Faults.htmlError(503), Faults.Reset({ when: "before" }), Faults.serverError]
})

const carryOut = (command: Command) =>
  Effect.gen(function* () {
    const { faults, requests } = yield* Simulator.Simulator
    switch (command.do) {
      case "breakDown":
        return yield* faults.set([outage])
      case "recover":
        return yield* faults.clear
      case "count": {
        const since = Date.now() - command.lastMillis
        const latest = (yield* requests.latest).filter(({ at }) => DateTime.toEpochMillis(at) >= since)
        const refused = latest.filter(({ fault }) => fault._tag === "Some" && fault.value === "Throttled").length
        return yield* say(
          Counted.make({
            total: yield* requests.count("getAccountStatusById"),
            lately: latest.length,
            refusedLately: refused
          })
        )
      }
    }
  })

Effect.gen(function* () {
  const commands = yield* Queue.unbounded<unknown>()
  process.on("message", (message) => Queue.unsafeOffer(commands, message))
  yield* say(yield* Announcement.make)
  yield* Effect.forever(
    Effect.flatMap(Queue.take(commands), (message) => carryOut(Schema.decodeUnknownSync(Command)(message)))
  )
}).pipe(Effect.provide(Simulator.layer(settings)), Effect.runFork)

// Its parent is gone.
process.on("disconnect", () => process.exit())
