import type { Security } from "@effect-glowmarkt/core"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Fault } from "../Faults.js"
import type { Match, Name } from "../Operation.js"
import { capacity, type ReceivedRequest, type RequestsService } from "../Requests.js"
import type { PresentedCredentials } from "./authorization.js"

/**
 * A pending or completed request. It is converted to a `ReceivedRequest` only when a test reads it.
 */
export interface Entry {
  readonly sequence: number
  readonly millis: number
  readonly method: string
  readonly url: string
  readonly match: Match | undefined
  readonly presented: PresentedCredentials
  fault: Fault["_tag"] | "Throttled" | undefined
  status: number | undefined
}

export interface Recorder extends RequestsService {
  readonly begin: (request: Pick<Entry, "millis" | "method" | "url" | "match" | "presented">) => Entry
  readonly end: (entry: Entry, status: number | undefined) => void
}

const received = (entry: Entry): ReceivedRequest => {
  const { applicationId, authorization, token } = entry.presented
  const query = entry.url.indexOf("?")
  return {
    sequence: entry.sequence,
    at: DateTime.unsafeMake(entry.millis),
    method: entry.method,
    path: query === -1 ? entry.url : entry.url.slice(0, query),
    operation: Option.map(Option.fromNullable(entry.match), ({ operation }) => operation.name),
    accountId: Option.fromNullable(entry.match?.accountId),
    presented: [authorization, token, applicationId].filter(
      (value): value is Security.Scheme | "wrong" => value !== "absent"
    ),
    fault: Option.fromNullable(entry.fault),
    status: Option.fromNullable(entry.status)
  }
}

export const make = (): Recorder => {
  // A ring buffer: entry n is at index n modulo capacity.
  let ring: Array<Entry> = []
  let total = 0
  let unmatched = 0
  let inProgress = 0
  let maxConcurrency = 0
  const counts = new Map<Name, number>()

  return {
    begin: (request) => {
      const entry: Entry = { sequence: total, fault: undefined, status: undefined, ...request }
      ring[total % capacity] = entry
      total += 1
      inProgress += 1
      maxConcurrency = Math.max(maxConcurrency, inProgress)
      const name = request.match?.operation.name
      if (name === undefined) {
        unmatched += 1
      } else {
        counts.set(name, (counts.get(name) ?? 0) + 1)
      }
      return entry
    },
    end: (entry, status) => {
      inProgress -= 1
      entry.status = status
    },
    latest: Effect.sync(() => {
      const start = total % capacity
      const ordered = total > capacity ? [...ring.slice(start), ...ring.slice(0, start)] : ring
      return ordered.map(received)
    }),
    count: (operation) => Effect.sync(() => counts.get(operation) ?? 0),
    unmatched: Effect.sync(() => unmatched),
    maxConcurrency: Effect.sync(() => maxConcurrency),
    reset: Effect.sync(() => {
      ring = []
      total = 0
      unmatched = 0
      maxConcurrency = inProgress
      counts.clear()
    })
  }
}
