/** The kill harness with few kills; `fixtures/killEach.ts` says how to run it with many. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { killEach } from "./fixtures/killEach.js"

describe("kill -9 while a plan is applied", () => {
  it.live(
    "nobody can tell afterwards",
    () =>
      Effect.gen(function* () {
        const verdicts = yield* killEach({
          flows: ["renameAccounts", "rotatePasswords"],
          kills: 1,
          seed: 3,
          subjects: 8
        })
        for (const { died, flow, problems, rows } of verdicts) {
          assert.deepStrictEqual({ flow, died, rows, problems }, { flow, died: 1, rows: 8, problems: [] })
        }
      }),
    // Processes start slowly where others work, too.
    120_000
  )
})
