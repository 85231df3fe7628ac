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

/** The smallest number of subjects in a part, small enough to share a short run evenly. */
const smallestPart = 200

/**
 * The largest. Recorded results are never repeated, so a crash costs no more in a long part than in
 * a short one.
 */
const largestPart = 2000

/**
 * The maximum number of parts: enough to share a run evenly, even with workers that join later.
 * More parts would only cost the engine more rows and statements.
 */
const partsPerWorker = 20

/**
 * The number of salts to try before a part goes to any worker: the wanted worker may own few
 * shards.
 */
const mostSalts = 50

export const ranges = (total: number, workers: number): ReadonlyArray<Flow.Range> => {
  const even = Math.ceil(total / (partsPerWorker * Math.max(1, workers)))
  const size = Math.min(largestPart, Math.max(smallestPart, even))
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    from: index * size,
    to: Math.min((index + 1) * size, total)
  }))
}

/**
 * Divides a run into parts and places them. `owners` maps the name of each owned shard to its
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
