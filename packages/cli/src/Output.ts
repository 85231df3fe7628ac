/**
 * Where a command's words go: data to standard output, all else to standard
 * error.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Inert from "./Inert.js"

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
export const json = (value: unknown): Effect.Effect<void, never, Output> => data(Inert.json(value))

/**
 * Writes a value as JSON on a line of its own, as data.
 *
 * @since 0.1.0
 * @category writing
 */
export const jsonLine = (value: unknown): Effect.Effect<void, never, Output> => data(Inert.jsonLine(value))

/**
 * Says something beside the data.
 *
 * @since 0.1.0
 * @category writing
 */
export const note = (text: string): Effect.Effect<void, never, Output> =>
  Effect.flatMap(Output, ({ stderr }) => stderr.write(`${Inert.lines(text)}\n`))

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

const sink = (stream: NodeJS.WriteStream, wanted: Sink["colour"]): Sink => {
  // A reader that has seen enough (`| head`) closes the pipe: no error of ours.
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") throw error
  })
  return {
    write: (text) =>
      Effect.sync(() => {
        if (stream.writable) stream.write(text)
      }),
    columns: Effect.sync(() => (stream.isTTY ? Option.some(stream.columns || 80) : Option.none())),
    colour: stream.isTTY ? wanted : "plain"
  }
}

/**
 * The streams of this process.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerProcess: Layer.Layer<Output> = Layer.sync(Output, () => {
  const wanted = (process.env["NO_COLOR"] ?? "") !== "" || process.env["TERM"] === "dumb" ? "plain" : "ansi"
  return { stdout: sink(process.stdout, wanted), stderr: sink(process.stderr, wanted) }
})
