import { assert, describe, it } from "@effect/vitest"
import * as Option from "effect/Option"
import * as ResumeCommand from "../src/run/ResumeCommand.js"

describe("the command that resumes a run", () => {
  it("repeats every option, quoted for a shell", () => {
    const line = ResumeCommand.make(["apply", "a plan.ndjson"], {
      run: Option.some("r1"),
      store: Option.some("/tmp/$x"),
      out: Option.some("it's here"),
      rate: Option.some(4),
      format: Option.some(["csv", "json"]),
      auth: Option.none(),
      quiet: true,
      json: false
    })
    assert.strictEqual(
      line.replace(/^npx /, ""),
      "glowmarkt apply 'a plan.ndjson' --run r1 --store '/tmp/$x' --out 'it'\\''s here' --rate 4 --format csv,json --quiet"
    )
  })
})
