/** The kill harness with few kills; `npm run torture -- kill` is it with many. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { hits, killEach } from "./fixtures/killEach.js"

describe("kill -9", () => {
  it.live(
    "nobody can tell afterwards",
    () =>
      Effect.gen(function* () {
        const verdicts = yield* killEach({
          flows: ["renameAccounts", "rotatePasswords"],
          kills: 2,
          seed: 3,
          subjects: 8
        })
        for (const verdict of verdicts) {
          const { flow, hit, problems, rows } = verdict
          assert.deepStrictEqual(
            { flow, kills: hits(verdict), anyMoment: hit.anyMoment, rows, problems },
            { flow, kills: 2, anyMoment: 1, rows: 8, problems: [] }
          )
        }
      }),
    // Processes start slowly where others work, too.
    120_000
  )
})
