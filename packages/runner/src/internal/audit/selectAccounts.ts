/** Which elements of the list an audit is about. */
import { canonical } from "@effect-glowmarkt/core/Identifier"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { sha256 } from "js-sha256"
import { matches } from "../../AccountFilter.js"
import type * as AuditRow from "../../AuditRow.js"
import type { RunId } from "../../Run.js"
import { RunStore } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import type { Parameters } from "../../StatusAudit.js"
import type { RunContext } from "../../Step.js"

const noted = "the list"

const idOf = (element: AuditRow.Listed): string | undefined =>
  element._tag === "Account" ? element.account.accountId : element.accountId

/** The same for the same run and element, and as good as drawn. */
const lot = (runId: RunId, element: AuditRow.Listed, position: number): string =>
  sha256(`${runId}\n${idOf(element) ?? position}`)

interface Drawn {
  readonly lot: string
  readonly position: number
  readonly element: AuditRow.Listed
}

/** Those with the smallest lots, in the order of the list. Holds no more than it is asked for. */
const sampled = <E, R>(
  elements: Stream.Stream<AuditRow.Listed, E, R>,
  runId: RunId,
  size: number
): Stream.Stream<AuditRow.Listed, E, R> =>
  Stream.suspend(() => {
    // Sorted, the largest lot last.
    const drawn: Array<Drawn> = []
    let position = 0
    const draw = (element: AuditRow.Listed) => {
      const next = { lot: lot(runId, element, position), position, element }
      position++
      const largest = drawn.at(-1)
      if (drawn.length === size && largest !== undefined && largest.lot <= next.lot) return
      if (drawn.length === size) drawn.pop()
      let at = drawn.length
      while (at > 0 && (drawn[at - 1]?.lot ?? "") > next.lot) at--
      drawn.splice(at, 0, next)
    }
    return Stream.unwrap(
      Effect.map(
        Stream.runForEachChunk(elements, (chunk) =>
          Effect.sync(() => {
            for (const element of chunk) draw(element)
          })
        ),
        () => Stream.map(Stream.fromIterable(drawn.sort((a, b) => a.position - b.position)), ({ element }) => element)
      )
    )
  })

/**
 * First by id, then by what is asked of the fields, then by lot. What cannot be read as an account meets every filter: nobody can say
 * that it does not. An id that is not in the list is an element of its own, so that it is not left out in silence.
 */
export const of = <E, R>(
  listed: Stream.Stream<AuditRow.Listed, E, R>,
  { parameters: { only, sample, where }, runId, startedAt }: RunContext<Parameters>
): Stream.Stream<AuditRow.Listed, E | RunStoreError, R | RunStore> =>
  only === undefined && where === undefined && sample === undefined
    ? listed
    : Stream.suspend(() => {
        let count = 0
        const wanted = only === undefined ? undefined : new Set(only.map(canonical))
        const missing = new Set(wanted)
        const meets = where === undefined ? () => true : matches(where, startedAt)
        const isMeant = (element: AuditRow.Listed) => {
          count++
          const id = canonical(idOf(element) ?? "")
          if (wanted !== undefined && !wanted.has(id)) return false
          missing.delete(id)
          return element._tag !== "Account" || element.problem !== undefined || meets(element.account)
        }
        const meant = Stream.filter(listed, isMeant)
        const unlisted = Stream.suspend(() =>
          Stream.map(Stream.fromIterable(missing), (accountId): AuditRow.Listed => ({ _tag: "Unlisted", accountId }))
        )
        const counted = Effect.flatMap(RunStore, (store) => store.note(runId, noted, String(count)))
        return (sample === undefined ? meant : sampled(meant, runId, sample)).pipe(
          Stream.concat(unlisted),
          Stream.concat(Stream.drain(Stream.fromEffect(counted)))
        )
      })

/** How many were listed, where not all of them were meant. */
export const listedOf = (store: RunStore["Type"], runId: RunId) =>
  Effect.map(store.notes(runId, noted), (notes) => Option.map(Option.fromNullable(notes.at(-1)), Number))
