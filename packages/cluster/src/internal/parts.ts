/** Decides how many parts a run has, and how many subjects each part. */
import type { Flow } from "@effect-glowmarkt/runner"

/** The smallest number of subjects in a part, small enough to share a short run evenly. */
const smallestPart = 200

/**
 * The largest number. Recorded results are never repeated, so a crash costs no more in a long part than in
 * a short one.
 */
const largestPart = 2000

/**
 * The maximum number of parts per worker: enough to share a run evenly, even with workers that join
 * later. More parts would only cost the engine more rows and statements.
 */
const partsPerWorker = 20

/** The positions of each part of a run. */
export const ranges = (total: number, workers: number): ReadonlyArray<Flow.Range> => {
  const even = Math.ceil(total / (partsPerWorker * Math.max(1, workers)))
  const size = Math.min(largestPart, Math.max(smallestPart, even))
  return Array.from({ length: Math.ceil(total / size) }, (_, index) => ({
    from: index * size,
    to: Math.min((index + 1) * size, total)
  }))
}
