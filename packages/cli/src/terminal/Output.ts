/**
 * The output of a command: data to standard output, everything else to standard error.
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
 * - `columns` is the width of the terminal; none if lines may be of any length.
 * - `colour` says whether to use ANSI styles.
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
 * The service behind the tag {@link Output}.
 *
 * @since 0.1.0
 * @category models
 */
export interface OutputService {
  readonly stdout: Sink
  readonly stderr: Sink
}

/**
 * @since 0.1.0
 * @category services
 */
export class Output extends Context.Tag("@effect-glowmarkt/cli/Output")<Output, OutputService>() {}

/**
 * Writes a line of data.
 *
 * @since 0.1.0
 * @category running
 */
export const data = (text: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stdout }) => stdout.write(`${text}\n`))

/**
 * Writes a value as JSON, as data.
 *
 * @since 0.1.0
 * @category running
 */
export const json = (value: unknown): Effect.Effect<void, never, Output> => data(Sanitize.json(value))

/**
 * Writes a value as one line of JSON, as data.
 *
 * @since 0.1.0
 * @category running
 */
export const jsonLine = (value: unknown): Effect.Effect<void, never, Output> => data(Sanitize.jsonLine(value))

/**
 * Writes values as lines of JSON, as data.
 *
 * @since 0.1.0
 * @category running
 */
export const jsonLines = (values: Iterable<unknown>): Effect.Effect<void, never, Output> => {
  const lines = Array.from(values, Sanitize.jsonLine)
  return lines.length === 0 ? Effect.void : data(lines.join("\n"))
}

/**
 * Writes a note to standard error.
 *
 * @since 0.1.0
 * @category running
 */
export const note = (text: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stderr }) => stderr.write(`${Sanitize.lines(text)}\n`))

/**
 * The width available for text, and whether colour may be used.
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
 * The layout of standard output.
 *
 * @since 0.1.0
 * @category constructors
 */
export const layout: Effect.Effect<Layout, never, Output> = Effect.flatMap(Output, ({ stdout }) => layoutOf(stdout))

/**
 * Writes styled text to standard error. `draw` may use colour and must escape names itself.
 *
 * @since 0.1.0
 * @category running
 */
export const noteStyled = (draw: (layout: Layout) => string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stderr }) =>
    Effect.flatMap(layoutOf(stderr), (layout) => stderr.write(`${draw(layout)}\n`))
  )

/**
 * A failed write to standard output, as a defect: every command writes there, and none can recover.
 */
class WriteDefect {
  constructor(readonly error: PlatformError.SystemError) {}
}

/**
 * Returns the error of the failed write to standard output, or `None` if the cause is something
 * else.
 *
 * @since 0.1.0
 * @category constructors
 */
export const writeErrorOf = (cause: Cause.Cause<unknown>): Option.Option<PlatformError.SystemError> =>
  Option.fromNullable(
    [...Cause.defects(cause)].flatMap((defect) => (defect instanceof WriteDefect ? [defect.error] : []))[0]
  )

// A reader such as `head` closes the pipe when it has enough: not an error.
const isClosed = ({ code }: NodeJS.ErrnoException) => code === "EPIPE" || code === "ERR_STREAM_DESTROYED"

const failed = (error: Error) =>
  Effect.die(
    new WriteDefect(
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
    // The descriptor is closed. The stream itself reports that.
    return false
  }
}

/** Writes synchronously: on a full disk, Node's stream does not notice a partial write. */
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

/** Writes data, and fails if it could not be written. */
const writeData = (stream: NodeJS.WriteStream): ((text: string) => Effect.Effect<void>) =>
  isFile(standardOutput)
    ? writeAll
    : (text) =>
        Effect.async((resume) => {
          if (!stream.writable) return resume(Effect.void)
          stream.write(text, (error) => resume(error == null || isClosed(error) ? Effect.void : failed(error)))
        })

/** Ignores write errors on stderr: there is nowhere left to report them. */
const writeNote =
  (stream: NodeJS.WriteStream) =>
  (text: string): Effect.Effect<void> =>
    Effect.sync(() => {
      if (stream.writable) stream.write(text)
    })

const sink = (stream: NodeJS.WriteStream, colour: Sink["colour"], write: Sink["write"]): Sink => {
  // Without a listener, Node would throw. The callback of each write handles the error.
  stream.on("error", () => undefined)
  // A dumb terminal cannot redraw, so it is treated like a file.
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
  const colour = (process.env["NO_COLOR"] ?? "") === "" ? "ansi" : "plain"
  return {
    stdout: sink(process.stdout, colour, writeData(process.stdout)),
    stderr: sink(process.stderr, colour, writeNote(process.stderr))
  }
})
