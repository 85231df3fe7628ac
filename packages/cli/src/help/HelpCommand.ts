/**
 * Which page of the help answers a command line, if any.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Commands from "../commands/Commands.js"
import type { ExitCode } from "../exit/ExitCode.js"
import * as Output from "../terminal/Output.js"
import * as Help from "./Help.js"
import type { HelpPage } from "./HelpPage.js"

/**
 * Help that was asked for is data; help in place of a command that is missing is
 * a complaint.
 *
 * @since 0.1.0
 * @category models
 */
export interface Answer {
  readonly page: HelpPage
  readonly because: "asked" | "incomplete"
}

const known = [Commands.overview, ...Commands.groups, ...Commands.pages]

const named = (path: ReadonlyArray<string>) => known.find((page) => page.path.join(" ") === path.join(" "))

const startsWith = (path: ReadonlyArray<string>, start: ReadonlyArray<string>) =>
  start.every((word, index) => path[index] === word)

/**
 * The command that the words name, however far they get.
 *
 * @since 0.1.0
 * @category decisions
 */
export const find = (words: ReadonlyArray<string>): HelpPage => {
  let page = Commands.overview
  for (const word of words) {
    page = named([...page.path, word]) ?? page
  }
  return page
}

/**
 * The line that shows the help of the command that is meant.
 *
 * @since 0.1.0
 * @category decisions
 */
export const line = (args: ReadonlyArray<string>): string => ["glowmarkt", ...find(args).path, "--help"].join(" ")

/**
 * @since 0.1.0
 * @category decisions
 */
export const answer = (args: ReadonlyArray<string>): Option.Option<Answer> => {
  const end = args.indexOf("--")
  const words = end === -1 ? args : args.slice(0, end)
  const page = find(words)
  if (words.includes("--help") || words.includes("-h")) return Option.some({ page, because: "asked" })
  const isGroup = !Commands.pages.includes(page)
  return isGroup && words.length === page.path.length ? Option.some({ page, because: "incomplete" }) : Option.none()
}

const render = (page: HelpPage, style: Help.Style): string => {
  if (page === Commands.overview) return Help.overview(page, Commands.pages, style)
  if (Commands.pages.includes(page)) return Help.command(page, style)
  return Help.group(
    page,
    Commands.pages.filter((leaf) => startsWith(leaf.path, page.path)),
    style
  )
}

/**
 * @since 0.1.0
 * @category running
 */
export const show = ({ because, page }: Answer): Effect.Effect<ExitCode, never, Output.Output> =>
  Effect.gen(function* () {
    const { stderr, stdout } = yield* Output.Output
    const sink = because === "asked" ? stdout : stderr
    const columns = Option.getOrElse(yield* sink.columns, () => 80)
    yield* sink.write(`${render(page, { columns, colour: sink.colour })}\n`)
    return because === "asked" ? 0 : 2
  })
