/**
 * Finds and prints the help page for a command line.
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
 * Requested help goes to standard output with exit code 0; help for an incomplete command to
 * standard error with 2.
 *
 * @since 0.1.0
 * @category models
 */
export interface HelpRequest {
  readonly page: HelpPage
  readonly reason: "requested" | "incomplete"
}

const allPages = [Commands.overview, ...Commands.groups, ...Commands.pages]

const pageAt = (path: ReadonlyArray<string>) => allPages.find((page) => page.path.join(" ") === path.join(" "))

const startsWith = (path: ReadonlyArray<string>, start: ReadonlyArray<string>) =>
  start.every((word, index) => path[index] === word)

/**
 * Returns the page of the command that the words name: the longest match, so `plan rename` rather
 * than `plan`.
 *
 * @since 0.1.0
 * @category combinators
 */
export const pageFor = (words: ReadonlyArray<string>): HelpPage => {
  let page = Commands.overview
  for (const word of words) {
    page = pageAt([...page.path, word]) ?? page
  }
  return page
}

/**
 * Returns the command that shows the help of the command these arguments name.
 *
 * @since 0.1.0
 * @category combinators
 */
export const helpCommandFor = (args: ReadonlyArray<string>): string =>
  ["glowmarkt", ...pageFor(args).path, "--help"].join(" ")

/**
 * Returns the help to print instead of running a command, or `None` if a command should run.
 *
 * @since 0.1.0
 * @category combinators
 */
export const requestedHelp = (args: ReadonlyArray<string>): Option.Option<HelpRequest> => {
  const end = args.indexOf("--")
  const words = end === -1 ? args : args.slice(0, end)
  const page = pageFor(words)
  if (words.includes("--help") || words.includes("-h")) return Option.some({ page, reason: "requested" })
  const isGroup = !Commands.pages.includes(page)
  return isGroup && words.length === page.path.length ? Option.some({ page, reason: "incomplete" }) : Option.none()
}

const render = (page: HelpPage, style: Help.HelpStyle): string => {
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
export const show = ({ page, reason }: HelpRequest): Effect.Effect<ExitCode, never, Output.Output> =>
  Effect.gen(function* () {
    const { stderr, stdout } = yield* Output.Output
    const sink = reason === "requested" ? stdout : stderr
    const columns = Option.getOrElse(yield* sink.columns, () => 80)
    yield* sink.write(`${render(page, { columns, colour: sink.colour })}\n`)
    return reason === "requested" ? 0 : 2
  })
