/** A simulator process behind a TCP proxy. Sends its announcement, then carries out commands. */
import { Announcement, Faults, Operation, type Requests as Received, Simulator } from "@effect-glowmarkt/simulator"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Schema from "effect/Schema"
import { Command, Counted, type Outage, Requests, Settings } from "./protocol.js"
import { make, type TcpProxy } from "./tcpProxy.js"

const settings = Schema.decodeUnknownSync(Schema.parseJson(Settings))(process.argv[2])

const send = (message: unknown) => Effect.sync(() => process.send?.(message))

const faults: Record<Exclude<Outage, "refusing">, Faults.Rule> = {
  failing: Faults.Cycle({
    on: {},
    faults: [Faults.htmlError(503), Faults.Reset({ when: "before" }), Faults.serverError]
  }),
  hanging: Faults.always({}, Faults.Hang({ when: "before" }))
}

const isThrottled = ({ fault }: Received.ReceivedRequest) => Option.contains(fault, "Throttled")

const carryOut = (command: Command, proxy: TcpProxy) =>
  Effect.gen(function* () {
    const simulator = yield* Simulator.Simulator
    switch (command.do) {
      case "breakDown":
        return yield* command.how === "refusing" ? proxy.stop : simulator.faults.set([faults[command.how]])
      case "recover":
        return yield* Effect.zipRight(simulator.faults.clear, proxy.start)
      case "requests": {
        const latest = (yield* simulator.requests.latest).filter(({ sequence }) => sequence > command.after)
        return yield* send(
          Requests.make({
            last: latest.at(-1)?.sequence ?? command.after,
            atMillis: latest.map(({ at }) => DateTime.toEpochMillis(at)),
            refused: latest.filter(isThrottled).length
          })
        )
      }
      case "count": {
        const { requests, state } = simulator
        const since = Date.now() - command.lastMillis
        const latest = (yield* requests.latest).filter(({ at }) => DateTime.toEpochMillis(at) >= since)
        const counts = yield* Effect.forEach(Operation.all, ({ name }) => requests.count(name))
        const renames = (yield* state.writes).filter(({ operation }) => operation === "updateAccount")
        return yield* send(
          Counted.make({
            total: counts.reduce((sum, count) => sum + count, 0),
            lists: yield* requests.count("getAccounts"),
            renamed: renames.length,
            renamedAgain: renames.reduce((sum, { times }) => sum + times - 1, 0),
            connections: proxy.connections(),
            lately: latest.length,
            refusedLately: latest.filter(isThrottled).length
          })
        )
      }
    }
  })

const latency = (on: Faults.Target, millis: number | undefined) =>
  millis === undefined ? [] : [Faults.always(on, Faults.Latency({ duration: Duration.millis(millis) }))]

Effect.gen(function* () {
  const commands = yield* Queue.unbounded<unknown>()
  process.on("message", (message) => Queue.unsafeOffer(commands, message))
  const announced = yield* Announcement.make
  const proxy = yield* make(announced.url)
  const { faults } = yield* Simulator.Simulator
  yield* faults.set([
    ...latency({ operations: ["getAccounts"] }, settings.listMillis),
    ...latency({}, settings.latencyMillis)
  ])
  yield* send({ ...announced, url: proxy.url })
  yield* Effect.forever(
    Effect.flatMap(Queue.take(commands), (message) => carryOut(Schema.decodeUnknownSync(Command)(message), proxy))
  )
})
  .pipe(Effect.provide(Simulator.layer({ ...settings, tokenLifetime: Duration.days(7) })), Effect.runFork)
  // It never ends by itself, so any exit is a defect.
  .addObserver((exit) => {
    console.error(exit)
    process.exit(1)
  })

// The parent process has ended.
process.on("disconnect", () => process.exit())
