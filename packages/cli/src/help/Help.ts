/**
 * Renders help pages, at most 100 columns wide.
 *
 * @since 0.1.0
 */
import type * as HelpDoc from "@effect/cli/HelpDoc"
import * as Variables from "../config/Variables.js"
import { meanings } from "../exit/ExitCode.js"
import { type Definition, type HelpPage, paragraphs } from "./HelpPage.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface HelpStyle {
  readonly columns: number
  readonly colour: "plain" | "ansi"
}

const widest = 100

const wrap = (text: string, columns: number, indent: string): string => {
  const lines: Array<string> = []
  let line = ""
  for (const word of text.split(" ")) {
    if (line !== "" && indent.length + line.length + 1 + word.length > columns) {
      lines.push(line)
      line = word
    } else {
      line = line === "" ? word : `${line} ${word}`
    }
  }
  lines.push(line)
  return lines.join(`\n${indent}`)
}

const list = (definitions: ReadonlyArray<Definition>, columns: number): string => {
  // The widest term beside its description. A longer term gets its own line.
  const widestTerm = 26
  const width = Math.max(...definitions.map(({ term }) => term.length).filter((length) => length <= widestTerm), 8)
  const indent = " ".repeat(width + 4)
  return definitions
    .map(({ term, text }) => {
      const body = wrap(text, columns, indent)
      return term.length > width ? `  ${term}\n${indent}${body}` : `  ${term.padEnd(width)}  ${body}`
    })
    .join("\n")
}

const sharedOptions: ReadonlyArray<Definition> = [
  { term: "-h, --help", text: "Shows help." },
  { term: "--version", text: "Shows the version." },
  {
    term: "--log-level LEVEL",
    text: "debug shows the stack of an error."
  },
  { term: "--completions SHELL", text: "Prints a completion script for bash, zsh or fish." }
]

const heading = (title: string, style: HelpStyle) => (style.colour === "ansi" ? `\u001b[1m${title}\u001b[0m` : title)

interface Section {
  readonly title: string
  readonly body: string
}

const assemble = (head: string, sections: ReadonlyArray<Section>, style: HelpStyle): string =>
  [
    head,
    ...sections.filter(({ body }) => body !== "").map(({ body, title }) => `${heading(title, style)}\n${body}`)
  ].join("\n\n")

const nameOf = (page: HelpPage) => ["glowmarkt", ...page.path].join(" ")

const examples = (page: HelpPage) =>
  page.examples.map(({ command, description }) => `  ${description}:\n    $ ${command}`).join("\n\n")

const about = (page: HelpPage, columns: number) =>
  page.about.map((paragraph) => `  ${wrap(paragraph, columns, "  ")}`).join("\n\n")

const limit = (style: HelpStyle) => Math.min(style.columns, widest)

const summaries = (pages: ReadonlyArray<HelpPage>, prefix: ReadonlyArray<string>): ReadonlyArray<Definition> =>
  pages.map((page) => ({ term: page.path.slice(prefix.length).join(" "), text: page.summary }))

/**
 * Renders the help of a command.
 *
 * @since 0.1.0
 * @category reports
 */
export const command = (page: HelpPage, style: HelpStyle): string => {
  const columns = limit(style)
  const { args, options } = page.parameters()
  return assemble(
    `${nameOf(page)}: ${page.summary}`,
    [
      { title: "USAGE", body: `  $ ${nameOf(page)} ${page.usage}`.trimEnd() },
      { title: "DESCRIPTION", body: about(page, columns) },
      { title: "ARGUMENTS", body: args.length === 0 ? "" : list(args, columns) },
      { title: "OPTIONS", body: options.length === 0 ? "" : list(options, columns) },
      { title: "EXAMPLES", body: examples(page) },
      { title: "SEE ALSO", body: "  glowmarkt --help: environment variables, exit codes, options of all commands" }
    ],
    style
  )
}

/**
 * Renders the help of a command group.
 *
 * @since 0.1.0
 * @category reports
 */
export const group = (page: HelpPage, children: ReadonlyArray<HelpPage>, style: HelpStyle): string => {
  const columns = limit(style)
  return assemble(
    `${nameOf(page)}: ${page.summary}`,
    [
      { title: "USAGE", body: `  $ ${nameOf(page)} ${page.usage}`.trimEnd() },
      { title: "DESCRIPTION", body: about(page, columns) },
      { title: "COMMANDS", body: list(summaries(children, page.path), columns) },
      { title: "EXAMPLES", body: examples(page) },
      { title: "SEE ALSO", body: `  ${nameOf(page)} COMMAND --help: help of one command` }
    ],
    style
  )
}

/**
 * Renders the overview, which `glowmarkt --help` prints.
 *
 * @since 0.1.0
 * @category reports
 */
export const overview = (page: HelpPage, leaves: ReadonlyArray<HelpPage>, style: HelpStyle): string => {
  const columns = limit(style)
  return assemble(
    `glowmarkt: ${page.summary}`,
    [
      { title: "USAGE", body: `  $ glowmarkt ${page.usage}` },
      { title: "COMMANDS", body: list(summaries(leaves, []), columns) },
      { title: "OPTIONS OF ALL COMMANDS", body: list(sharedOptions, columns) },
      {
        title: "ENVIRONMENT",
        body: `${about(page, columns)}\n\n${list(
          Variables.all.map(({ description, name }) => ({ term: name, text: description })),
          columns
        )}`
      },
      {
        title: "EXIT CODES",
        body: list(
          meanings.map(([code, meaning]) => ({ term: String(code), text: meaning })),
          columns
        )
      },
      { title: "EXAMPLES", body: examples(page) },
      { title: "SEE ALSO", body: "  glowmarkt COMMAND --help: help of one command, with examples" }
    ],
    style
  )
}

/**
 * Renders a help document of the library as plain text.
 *
 * @since 0.1.0
 * @category reports
 */
export const plain = (doc: HelpDoc.HelpDoc): string => paragraphs(doc).join("\n")
