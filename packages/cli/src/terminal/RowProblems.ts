/**
 * Problems with rows, one line each and never cut.
 *
 * @since 0.1.0
 */

import { count } from "./Format.js"
import type { Layout } from "./Output.js"
import * as Sanitize from "./Sanitize.js"
import * as Style from "./Style.js"

/**
 * `line` is the line of the row in its file.
 *
 * @since 0.1.0
 * @category models
 */
export interface RowProblem {
  readonly line?: number | undefined
  readonly text: string
}

/**
 * The maximum number of problems shown.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxShown = 20

const format = ({ line, text }: RowProblem, width: number): string =>
  Sanitize.text(line === undefined ? text : `line ${String(line).padStart(width)}: ${text}`)

/**
 * Lists the first problems under a title. Returns no lines if there are no problems. `number` is
 * the total if `all` is only a part.
 *
 * @since 0.1.0
 * @category reports
 */
export const render = (
  title: string,
  all: ReadonlyArray<RowProblem>,
  { colour }: Layout,
  number: number = all.length
): ReadonlyArray<string> => {
  if (all.length === 0) return []
  const first = all.slice(0, maxShown)
  const width = Math.max(...first.map(({ line }) => String(line ?? "").length))
  return [
    [
      Style.paint("strong", title, colour),
      ...first.map((problem) => format(problem, width)),
      ...(number > first.length ? [`and ${count(number - first.length)} more`] : [])
    ].join("\n")
  ]
}
