/** Reads NDJSON as a stream. */
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export interface Line {
  /** Counts from 1. */
  readonly line: number
  /** `None` if the line is not JSON. */
  readonly json: Option.Option<unknown>
}

// The maximum length of a line, longer than any line that we write. Without a limit, each chunk of
// an endless line would copy the whole line again.
const maxLength = 8 << 20

const lineBreak = 0x0a

/** Drops the rest of an overlong line. What is left is not valid JSON. */
const truncateLines = (length: number, bytes: Uint8Array): readonly [length: number, bytes: Uint8Array] => {
  if (length + bytes.length <= maxLength) {
    const last = bytes.lastIndexOf(lineBreak)
    return [last === -1 ? length + bytes.length : bytes.length - last - 1, bytes]
  }
  const next = bytes.indexOf(lineBreak)
  const end = next === -1 ? bytes.length : next + 1
  const kept = bytes.subarray(0, Math.max(0, Math.min(end, maxLength - length)))
  if (next === -1) return [length + end, kept]
  const line = kept.length === end ? kept : Buffer.concat([kept, Uint8Array.of(lineBreak)])
  const [rest, others] = truncateLines(0, bytes.subarray(end))
  return [rest, Buffer.concat([line, others])]
}

const parse = Schema.decodeUnknownOption(Schema.parseJson())

export const lines = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Line, E, R> =>
  bytes.pipe(
    Stream.mapAccum(0, truncateLines),
    Stream.decodeText(),
    Stream.splitLines,
    Stream.zipWithIndex,
    Stream.map(([text, i]) => ({ line: i + 1, json: parse(text) }))
  )
