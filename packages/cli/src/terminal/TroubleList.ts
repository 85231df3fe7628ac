/**
 * Rows that something is wrong with, a line each and never cut: what is said of them is to be read.
 *
 * @since 0.1.0
 */

import { count } from "./Format.js"
import type { Layout } from "./Output.js"
import * as Sanitize from "./Sanitize.js"
import * as Style from "./Style.js"

/**
 * `line` is where it stands in the file it came from.
 *
 * @since 0.1.0
 * @category models
 */
export interface Trouble {
  readonly line?: number | undefined
  readonly text: string
}

/**
 * How many are told at once.
 *
 * @since 0.1.0
 * @category constants
 */
export const most = 20

const told = ({ line, text }: Trouble, width: number): string =>
  Sanitize.text(line === undefined ? text : `line ${String(line).padStart(width)}: ${text}`)

/**
 * The first of `all`, of which there may be more than are given.
 *
 * @since 0.1.0
 * @category rendering
 */
export const render = (
  title: string,
  all: ReadonlyArray<Trouble>,
  { colour }: Layout,
  number: number = all.length
): ReadonlyArray<string> => {
  if (all.length === 0) return []
  const first = all.slice(0, most)
  const width = Math.max(...first.map(({ line }) => String(line ?? "").length))
  return [
    [
      Style.paint("strong", title, colour),
      ...first.map((trouble) => told(trouble, width)),
      ...(number > first.length ? [`and ${count(number - first.length)} more`] : [])
    ].join("\n")
  ]
}
