/**
 * The help page of a command. Options and arguments are read from the command itself.
 *
 * @since 0.1.0
 */
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import type * as HelpDoc from "@effect/cli/HelpDoc"
import type * as Span from "@effect/cli/HelpDoc/Span"

/**
 * @since 0.1.0
 * @category models
 */
export interface Example {
  readonly description: string
  readonly command: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface PageText {
  /** The command's words after `glowmarkt`. */
  readonly path: ReadonlyArray<string>
  /** The arguments and options after the path. */
  readonly usage: string
  /** One line without a full stop, for command lists. */
  readonly summary: string
  readonly about: ReadonlyArray<string>
  readonly examples: ReadonlyArray<Example>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Definition {
  readonly term: string
  readonly text: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface HelpPage extends PageText {
  readonly parameters: () => { readonly args: ReadonlyArray<Definition>; readonly options: ReadonlyArray<Definition> }
}

/**
 * Returns the text of a span, without emphasis.
 *
 * @since 0.1.0
 * @category reports
 */
export const spanText = (span: Span.Span): string => {
  switch (span._tag) {
    case "Text":
    case "URI":
      return span.value
    case "Highlight":
    case "Strong":
    case "Weak":
      return spanText(span.value)
    case "Sequence":
      return spanText(span.left) + spanText(span.right)
  }
}

/**
 * Returns the paragraphs of a document, one line each.
 *
 * @since 0.1.0
 * @category reports
 */
export const paragraphs = (doc: HelpDoc.HelpDoc): ReadonlyArray<string> => {
  switch (doc._tag) {
    case "Empty":
      return []
    case "Header":
    case "Paragraph":
      return [spanText(doc.value)].filter((text) => text !== "")
    case "Sequence":
      return [...paragraphs(doc.left), ...paragraphs(doc.right)]
    case "Enumeration":
      return doc.elements.flatMap(paragraphs)
    case "DescriptionList":
      return doc.definitions.flatMap(([term, text]) => [spanText(term), ...paragraphs(text)])
  }
}

const defaults = /^This setting is optional\. Defaults to: (.*)$/

/** `(-q, --quiet)` and `<ID>` */
const bracketed = /^[(<](.*)[)>]$/

/**
 * Takes our description out of the library's, which is the kind of the parameter, our description,
 * and whether it is optional.
 */
const definition = ([term, doc]: readonly [Span.Span, HelpDoc.HelpDoc]): Definition => {
  const [, ...lines] = paragraphs(doc)
  const text = lines.flatMap((line) => {
    const value = defaults.exec(line)?.[1]
    if (value !== undefined) return value === "false" ? [] : [`Default: ${value}.`]
    return line === "This setting is optional." ? [] : [line]
  })
  return { term: spanText(term).replace(bracketed, "$1"), text: text.join(" ") }
}

const parametersOf = (doc: HelpDoc.HelpDoc) => {
  const args: Array<Definition> = []
  const options: Array<Definition> = []
  let section = options
  const walk = (part: HelpDoc.HelpDoc): void => {
    switch (part._tag) {
      case "Sequence":
        walk(part.left)
        walk(part.right)
        break
      case "Header":
        section = spanText(part.value) === "ARGUMENTS" ? args : options
        break
      case "DescriptionList":
        section.push(...part.definitions.map(definition))
        break
    }
  }
  walk(doc)
  return { args, options }
}

const config = CliConfig.make({ showBuiltIns: false })

/**
 * Attaches a help page to a command.
 *
 * @since 0.1.0
 * @category constructors
 */
export const describe = <Name extends string, R, E, A>(
  command: Command.Command<Name, R, E, A>,
  text: PageText
): { readonly command: Command.Command<Name, R, E, A>; readonly page: HelpPage } => ({
  command: Command.withDescription(command, text.summary),
  page: { ...text, parameters: () => parametersOf(Command.getHelp(command, config)) }
})
