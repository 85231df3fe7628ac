/**
 * Spreads the parts of a run evenly over the workers. The engine places a workflow by the hash of
 * its id, which spreads only large numbers of parts evenly: 45 parts over three workers were split
 * 21, 13 and 11. So each part gets a salt that makes its hash fall into a shard of the next worker
 * in turn. If shards move later, the engine moves their parts with them.
 */

import { make as makeEntityId } from "@effect/cluster/EntityId"
import type * as Sharding from "@effect/cluster/Sharding"
import type { Flow, Run } from "@effect-glowmarkt/runner"
import * as Effect from "effect/Effect"
import { type Part, PartWorkflow } from "./workflows.js"

/**
 * The number of salts to try before a part goes to any worker: the wanted worker may own few
 * shards.
 */
const mostSalts = 50

/**
 * Places the parts of a run, one for each range. `owners` maps the name of each owned shard to its
 * worker.
 */
export const place = (
  sharding: Sharding.Sharding["Type"],
  owners: ReadonlyMap<string, string>,
  run: { readonly runId: Run.RunId; readonly attempt: number },
  ranges: ReadonlyArray<Flow.Range>
): Effect.Effect<ReadonlyArray<Part>> => {
  const workers = [...new Set(owners.values())].sort()
  const ownerOf = (part: Part) =>
    Effect.map(PartWorkflow.executionId({ ...run, ...part }), (id) =>
      owners.get(sharding.getShardId(makeEntityId(id), "default").toString())
    )
  return Effect.forEach(ranges, (range, index) => {
    const wanted = workers[index % workers.length]
    const search = (salt: number): Effect.Effect<Part> => {
      const part = { ...range, salt }
      if (wanted === undefined || salt >= mostSalts) return Effect.succeed(part)
      return Effect.flatMap(ownerOf(part), (owner) => (owner === wanted ? Effect.succeed(part) : search(salt + 1)))
    }
    return search(0)
  })
}
