/**
 * Where a command's words go: data to standard output, all else to standard
 * error.
 *
 * @since 0.1.0
 */
import { fstatSync, writeSync } from "node:fs"
import * as PlatformError from "@effect/platform/Error"
import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Sanitize from "./Sanitize.js"

/**
 * - `columns`: the width of the terminal; nothing where lines may be as long as they like.
 * - `colour`: whether marks of emphasis are understood and wanted there.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sink {
  readonly write: (text: string) => Effect.Effect<void>
  readonly columns: Effect.Effect<Option.Option<number>>
  readonly colour: "plain" | "ansi"
}

/**
 * @since 0.1.0
 * @category services
 */
export class Output extends Context.Tag("@effect-glowmarkt/cli/Output")<
  Output,
  { readonly stdout: Sink; readonly stderr: Sink }
>() {}

/**
 * Writes data: what the command was asked for.
 *
 * @since 0.1.0
 * @category writing
 */
export const data = (text: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stdout }) => stdout.write(`${text}\n`))

/**
 * Writes a value as JSON, as data.
 *
 * @since 0.1.0
 * @category writing
 */
export const json = (value: unknown): Effect.Effect<void, never, Output> => data(Sanitize.json(value))

/**
 * Writes a value as JSON on a line of its own, as data.
 *
 * @since 0.1.0
 * @category writing
 */
export const jsonLine = (value: unknown): Effect.Effect<void, never, Output> => data(Sanitize.jsonLine(value))

/**
 * Writes values as JSON, each on a line of its own, as data.
 *
 * @since 0.1.0
 * @category writing
 */
export const jsonLines = (values: Iterable<unknown>): Effect.Effect<void, never, Output> => {
  const lines = Array.from(values, Sanitize.jsonLine)
  return lines.length === 0 ? Effect.void : data(lines.join("\n"))
}

/**
 * Says something beside the data.
 *
 * @since 0.1.0
 * @category writing
 */
export const note = (text: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stderr }) => stderr.write(`${Sanitize.lines(text)}\n`))

/**
 * How wide the lines of a text may be, and whether it may have colour.
 *
 * @since 0.1.0
 * @category models
 */
export interface Layout {
  readonly columns: Option.Option<number>
  readonly colour: Sink["colour"]
}

const layoutOf = ({ colour, columns }: Sink) => Effect.map(columns, (columns): Layout => ({ columns, colour }))

/**
 * That of data.
 *
 * @since 0.1.0
 * @category reading
 */
export const layout: Effect.Effect<Layout, never, Output> = Effect.flatMap(Output, ({ stdout }) => layoutOf(stdout))

/**
 * Shows beside the data what was laid out for a person to look at: `draw` makes names inert itself, and may use colour.
 *
 * @since 0.1.0
 * @category writing
 */
export const picture = (draw: (layout: Layout) => string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stderr }) =>
    Effect.flatMap(layoutOf(stderr), (layout) => stderr.write(`${draw(layout)}\n`))
  )

/** What standard output could not take. It is nobody's failure in particular: whoever writes there dies of it. */
class Unwritable {
  constructor(readonly error: PlatformError.SystemError) {}
}

/**
 * That standard output cannot be written to, if that is what something died of.
 *
 * @since 0.1.0
 * @category reading
 */
export const unwritable = (cause: Cause.Cause<unknown>): Option.Option<PlatformError.SystemError> =>
  Option.fromNullable(
    [...Cause.defects(cause)].flatMap((defect) => (defect instanceof Unwritable ? [defect.error] : []))[0]
  )

// A reader that has seen enough (`| head`) closes the pipe: no error of ours.
const isClosed = ({ code }: NodeJS.ErrnoException) => code === "EPIPE" || code === "ERR_STREAM_DESTROYED"

const failed = (error: Error) =>
  Effect.die(
    new Unwritable(
      new PlatformError.SystemError({
        reason: "Unknown",
        module: "Stream",
        method: "write",
        pathOrDescriptor: "Standard output",
        description: error.message,
        cause: error
      })
    )
  )

const standardOutput = 1

const isFile = (descriptor: number) => {
  try {
    return fstatSync(descriptor).isFile()
  } catch {
    // It is closed, which the stream knows how to tell.
    return false
  }
}

/** Of a file that takes only a part of it the stream does not notice. */
const writeAll = (text: string): Effect.Effect<void> =>
  Effect.suspend(() => {
    let rest = Buffer.from(text)
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(standardOutput, rest))
      return Effect.void
    } catch (error) {
      return failed(error instanceof Error ? error : new Error(String(error)))
    }
  })

/** Data is written, or it is known that it is not. */
const writeData = (stream: NodeJS.WriteStream): ((text: string) => Effect.Effect<void>) =>
  isFile(standardOutput)
    ? writeAll
    : (text) =>
        Effect.async((resume) => {
          if (!stream.writable) return resume(Effect.void)
          stream.write(text, (error) => resume(error == null || isClosed(error) ? Effect.void : failed(error)))
        })

/** That a note cannot be written nobody can be told. */
const writeNote =
  (stream: NodeJS.WriteStream) =>
  (text: string): Effect.Effect<void> =>
    Effect.sync(() => {
      if (stream.writable) stream.write(text)
    })

const sink = (stream: NodeJS.WriteStream, colour: Sink["colour"], write: Sink["write"]): Sink => {
  // It is told where it is written.
  stream.on("error", () => undefined)
  // One that only writes line after line is no better than a file.
  const isScreen = stream.isTTY && process.env["TERM"] !== "dumb"
  return {
    write,
    columns: Effect.sync(() => (isScreen ? Option.some(stream.columns || 80) : Option.none())),
    colour: isScreen ? colour : "plain"
  }
}

/**
 * The streams of this process.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerProcess: Layer.Layer<Output> = Layer.sync(Output, () => {
  const wanted = (process.env["NO_COLOR"] ?? "") === "" ? "ansi" : "plain"
  return {
    stdout: sink(process.stdout, wanted, writeData(process.stdout)),
    stderr: sink(process.stderr, wanted, writeNote(process.stderr))
  }
})
