/** Selects the list elements an audit covers. */
import { canonical } from "@effect-glowmarkt/core/Identifier"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { sha256 } from "js-sha256"
import { type AccountFilter, matches } from "../../AccountFilter.js"
import type * as AuditRow from "../../AuditRow.js"
import type { RunId } from "../../Run.js"
import { RunStore, type RunStoreService } from "../../RunStore.js"
import type { RunStoreError } from "../../RunStoreError.js"
import type { RunContext } from "../../Step.js"

/** The parameters of an audit that select accounts. */
interface Selection {
  readonly only?: ReadonlyArray<string>
  readonly where?: AccountFilter
  readonly sample?: number
}

const countNote = "the list"

const idOf = (element: AuditRow.ListElement): string | undefined =>
  element._tag === "Account" ? element.account.accountId : element.accountId

/** Returns a pseudo-random sort key, the same for the same run and element. */
const sampleKey = (runId: RunId, element: AuditRow.ListElement, position: number): string =>
  sha256(`${runId}\n${idOf(element) ?? position}`)

interface Sampled {
  readonly key: string
  readonly position: number
  readonly element: AuditRow.ListElement
}

/** Keeps the elements with the smallest keys, in list order. Holds no more than `size` elements. */
const sampleOf = <E, R>(
  elements: Stream.Stream<AuditRow.ListElement, E, R>,
  runId: RunId,
  size: number
): Stream.Stream<AuditRow.ListElement, E, R> =>
  Stream.suspend(() => {
    // Sorted by key, ascending.
    const sample: Array<Sampled> = []
    let position = 0
    const consider = (element: AuditRow.ListElement) => {
      const next = { key: sampleKey(runId, element, position), position, element }
      position++
      const largest = sample.at(-1)
      if (sample.length === size && largest !== undefined && largest.key <= next.key) return
      if (sample.length === size) sample.pop()
      let at = sample.length
      while (at > 0 && (sample[at - 1]?.key ?? "") > next.key) at--
      sample.splice(at, 0, next)
    }
    return Stream.unwrap(
      Effect.map(
        Stream.runForEachChunk(elements, (chunk) =>
          Effect.sync(() => {
            for (const element of chunk) consider(element)
          })
        ),
        () => Stream.map(Stream.fromIterable(sample.sort((a, b) => a.position - b.position)), ({ element }) => element)
      )
    )
  })

/**
 * Selects by id, then by filter, then by sampling. An element that cannot be read as an account
 * passes every filter, because it might match. A requested id that is not listed becomes a separate
 * element, so that it is reported.
 */
export const select = <E, R>(
  listed: Stream.Stream<AuditRow.ListElement, E, R>,
  { parameters: { only, sample, where }, runId, startedAt }: RunContext<Selection>
): Stream.Stream<AuditRow.ListElement, E | RunStoreError, R | RunStore> =>
  only === undefined && where === undefined && sample === undefined
    ? listed
    : Stream.suspend(() => {
        let count = 0
        const wanted = only === undefined ? undefined : new Set(only.map(canonical))
        const missing = new Set(wanted)
        const meets = where === undefined ? () => true : matches(where, startedAt)
        const isSelected = (element: AuditRow.ListElement) => {
          count++
          const id = canonical(idOf(element) ?? "")
          if (wanted !== undefined && !wanted.has(id)) return false
          missing.delete(id)
          return element._tag !== "Account" || element.problem !== undefined || meets(element.account)
        }
        const selected = Stream.filter(listed, isSelected)
        const unlisted = Stream.suspend(() =>
          Stream.map(
            Stream.fromIterable(missing),
            (accountId): AuditRow.ListElement => ({ _tag: "Unlisted", accountId })
          )
        )
        const counted = Effect.flatMap(RunStore, (store) => store.note(runId, countNote, String(count)))
        return (sample === undefined ? selected : sampleOf(selected, runId, sample)).pipe(
          Stream.concat(unlisted),
          Stream.concat(Stream.drain(Stream.fromEffect(counted)))
        )
      })

/** Returns the length of the account list if the audit covers only part of the list. */
export const listLength = (store: RunStoreService, runId: RunId) =>
  Effect.map(store.notes(runId, countNote), (notes) => Option.map(Option.fromNullable(notes.at(-1)), Number))
