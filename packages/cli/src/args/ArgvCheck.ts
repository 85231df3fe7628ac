/**
 * What is wrong with the words of a command line, before the library reads them: it calls an option without its value unknown,
 * takes another option for the value, and of a command that does not exist knows only the first word.
 *
 * @since 0.1.0
 */
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Commands from "../commands/Commands.js"
import { UsageError } from "../exit/CommandError.js"
import * as HelpCommand from "../help/HelpCommand.js"
import type { HelpPage } from "../help/HelpPage.js"

/** Options that every command has, with the values they take. */
const everywhere: Readonly<Record<string, ReadonlyArray<string>>> = {
  "--log-level": LogLevel.allLevels.map(({ _tag }) => _tag.toLowerCase()),
  "--completions": ["bash", "zsh", "fish", "sh"]
}

/** These want no command. */
const answersAlone = ["--version", "--completions"]

interface Word {
  readonly name: string
  /** `--out=DIR` */
  readonly joined: Option.Option<string>
}

const wordOf = (text: string): Word => {
  const at = text.startsWith("--") ? text.indexOf("=") : -1
  return at === -1
    ? { name: text, joined: Option.none() }
    : { name: text.slice(0, at), joined: Option.some(text.slice(at + 1)) }
}

const builtIn = (words: ReadonlyArray<string>): Option.Option<string> => {
  for (const [index, text] of words.entries()) {
    const { joined, name } = wordOf(text)
    // The library's own way to ask for everything: it waits for keys also where there is no keyboard.
    if (name === "--wizard") return Option.some("There is no option --wizard.")
    const values = Object.hasOwn(everywhere, name) ? everywhere[name] : undefined
    if (values === undefined) continue
    const value = Option.getOrElse(joined, () => words[index + 1])
    if (value === undefined || !values.includes(value)) {
      const given = value === undefined ? "" : `, not ${JSON.stringify(value)}`
      return Option.some(`${name} takes one of ${values.join(", ")}${given}.`)
    }
  }
  return Option.none()
}

/** The words that are neither options of every command nor their values. */
const own = (words: ReadonlyArray<string>): ReadonlyArray<string> => {
  const kept: Array<string> = []
  for (let index = 0; index < words.length; index++) {
    const text = words[index] ?? ""
    const { joined, name } = wordOf(text)
    if (!Object.hasOwn(everywhere, name)) kept.push(text)
    else if (Option.isNone(joined)) index++
  }
  return kept
}

const wrongCommand = (page: HelpPage, words: ReadonlyArray<string>): Option.Option<string> => {
  if (words.some((word) => answersAlone.includes(wordOf(word).name))) return Option.none()
  const depth = page.path.length
  const choices = new Set(
    Commands.pages
      .filter(({ path }) => page.path.every((word, index) => path[index] === word))
      .flatMap(({ path }) => path.slice(depth, depth + 1))
  )
  const wrong = own(words)[depth]
  const start = ["glowmarkt", ...page.path].join(" ")
  const problem =
    wrong === undefined || wrong.startsWith("-")
      ? `${start} needs a command after it.`
      : `There is no command ${start} ${wrong}.`
  return Option.some(`${problem} Use one of ${[...choices].join(", ")}.`)
}

interface Known {
  /** As the help has it: `--out DIR`, `-q, --quiet`. */
  readonly term: string
  readonly names: ReadonlyArray<string>
  readonly takes: "value" | "nothing"
}

const known = ({ term }: { readonly term: string }): Known => {
  const names: Array<string> = term.match(/(?<=^|, )--?[a-z-]+/g) ?? []
  return { term, names, takes: / [^-\s]/.test(term) ? "value" : "nothing" }
}

const builtInNames = [...Object.keys(everywhere), "--help", "-h", "--version"]

const wrongOption = (page: HelpPage, words: ReadonlyArray<string>): Option.Option<string> => {
  const options = page.parameters().options.map(known)
  const find = (name: string) => options.find(({ names }) => names.includes(name))
  const said = new Set<Known>()
  for (let index = 0; index < words.length; index++) {
    const { joined, name } = wordOf(words[index] ?? "")
    const option = find(name)
    if (option === undefined) continue
    if (said.has(option)) return Option.some(`${name} is said twice.`)
    said.add(option)
    if (option.takes === "nothing") {
      if (Option.isSome(joined)) return Option.some(`${name} takes no value.`)
      continue
    }
    if (Option.isNone(joined)) index++
    const value = Option.getOrElse(joined, () => words[index])
    const isOption = value !== undefined && (find(value) !== undefined || builtInNames.includes(value))
    if (value === undefined || (Option.isSome(joined) ? value === "" : isOption)) {
      return Option.some(`${name} needs its value: ${option.term}.`)
    }
  }
  return Option.none()
}

/**
 * The first thing that is wrong, if any. What only the commands themselves can tell is left to them.
 *
 * @since 0.1.0
 * @category decisions
 */
export const problem = (args: ReadonlyArray<string>): Option.Option<UsageError> => {
  const end = args.indexOf("--")
  const words = end === -1 ? args : args.slice(0, end)
  const page = HelpCommand.find(words)
  return builtIn(words).pipe(
    Option.orElse(() => (Commands.pages.includes(page) ? wrongOption(page, words) : wrongCommand(page, words))),
    Option.map((message) => new UsageError({ message: `${message}\nSee ${HelpCommand.line(args)}` }))
  )
}
