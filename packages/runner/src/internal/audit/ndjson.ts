/** JSON lines, as they come. */
import type * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"

export interface Line {
  /** From 1. */
  readonly line: number
  /** Nothing where it is no JSON. */
  readonly json: Option.Option<unknown>
}

const parse = Schema.decodeUnknownOption(Schema.parseJson())

export const lines = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>): Stream.Stream<Line, E, R> =>
  bytes.pipe(
    Stream.decodeText(),
    Stream.splitLines,
    Stream.zipWithIndex,
    Stream.map(([text, i]) => ({ line: i + 1, json: parse(text) }))
  )
