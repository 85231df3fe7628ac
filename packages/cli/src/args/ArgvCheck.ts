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

/** The options of every command with their values, and the words that are neither. */
const split = (words: ReadonlyArray<string>) => {
  const shared: Array<string> = []
  const own: Array<{ readonly text: string; readonly position: number }> = []
  for (let index = 0; index < words.length; index++) {
    const text = words[index] ?? ""
    const { joined, name } = wordOf(text)
    if (name === "--version") shared.push(text)
    else if (!Object.hasOwn(everywhere, name)) own.push({ text, position: index + 1 })
    else if (Option.isSome(joined)) shared.push(text)
    else shared.push(...words.slice(index, ++index + 1))
  }
  return { shared, own }
}

const beforeRest = (args: ReadonlyArray<string>) => {
  const end = args.indexOf("--")
  return end === -1 ? args.length : end
}

/**
 * The arguments with the options of every command first: the library does not find them after the options of one.
 *
 * @since 0.1.0
 * @category combinators
 */
export const ordered = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = beforeRest(args)
  const { own, shared } = split(args.slice(0, end))
  return [...shared, ...own.map(({ text }) => text), ...args.slice(end)]
}

const wrongCommand = (page: HelpPage, words: ReadonlyArray<string>): Option.Option<string> => {
  if (words.some((word) => answersAlone.includes(wordOf(word).name))) return Option.none()
  const depth = page.path.length
  const choices = new Set(
    Commands.pages
      .filter(({ path }) => page.path.every((word, index) => path[index] === word))
      .flatMap(({ path }) => path.slice(depth, depth + 1))
  )
  const wrong = split(words).own[depth]?.text
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

/** Only what looks like the name of an option is repeated: anything else may be a secret in the wrong place. */
const unknownArgument = (text: string, position: number) => {
  const { name } = wordOf(text)
  return `Received unknown argument: ${/^--?[a-z][a-z-]*$/.test(name) ? `'${name}'` : `the one at position ${position}`}`
}

const isCluster = (text: string, options: ReadonlyArray<Known>) =>
  /^-[a-z]{2,}$/.test(text) &&
  [...text.slice(1)].every((letter) =>
    options.some(({ names, takes }) => takes === "nothing" && names.includes(`-${letter}`))
  )

/** The first word that is no option of the command, no value of one, and no argument. */
const unknown = (page: HelpPage, words: ReadonlyArray<string>, rest: number): Option.Option<string> => {
  const { args, options } = page.parameters()
  const all = options.map(known)
  const { own } = split(words)
  let free = page.path.length + args.length
  for (let index = 0; index < own.length; index++) {
    const { position, text } = own[index] ?? { position: 0, text: "" }
    const { joined, name } = wordOf(text)
    const option = all.find(({ names }) => names.includes(name))
    if (option !== undefined) {
      if (option.takes === "value" && Option.isNone(joined)) index++
    } else if (text.startsWith("-") && text !== "-" ? !isCluster(text, all) : --free < 0) {
      return Option.some(unknownArgument(text, position))
    }
  }
  // After `--` come arguments only.
  if (rest > free) return Option.some(unknownArgument("", words.length + 2 + free))
  return Option.none()
}

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
  const end = beforeRest(args)
  const words = args.slice(0, end)
  const page = HelpCommand.find(words)
  return builtIn(words).pipe(
    Option.orElse(() =>
      Commands.pages.includes(page)
        ? Option.orElse(wrongOption(page, words), () => unknown(page, words, args.length - end - 1))
        : wrongCommand(page, words)
    ),
    Option.map((message) => new UsageError({ message: `${message}\nSee ${HelpCommand.line(args)}` }))
  )
}
