/**
 * Checks the arguments before the library parses them. The library reports an option without its
 * value as unknown, takes the next option for the value, and names only the first word of an
 * unknown command.
 *
 * @since 0.1.0
 */
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Commands from "../commands/Commands.js"
import { UsageError } from "../exit/CommandError.js"
import * as HelpCommand from "../help/HelpCommand.js"
import type { HelpPage } from "../help/HelpPage.js"

/** The options of every command, with their allowed values. */
const sharedOptions: Readonly<Record<string, ReadonlyArray<string>>> = {
  "--log-level": LogLevel.allLevels.map(({ _tag }) => _tag.toLowerCase()),
  "--completions": ["bash", "zsh", "fish", "sh"]
}

/** These options need no command. */
const standalone = ["--version", "--completions"]

interface Argument {
  readonly name: string
  /** `--out=DIR` */
  readonly joined: Option.Option<string>
}

const parseArgument = (text: string): Argument => {
  const at = text.startsWith("--") ? text.indexOf("=") : -1
  return at === -1
    ? { name: text, joined: Option.none() }
    : { name: text.slice(0, at), joined: Option.some(text.slice(at + 1)) }
}

const sharedOptionProblem = (words: ReadonlyArray<string>): Option.Option<string> => {
  for (const [index, text] of words.entries()) {
    const { joined, name } = parseArgument(text)
    // The library's interactive mode hangs without a keyboard.
    if (name === "--wizard") return Option.some("Unknown option --wizard.")
    const values = Object.hasOwn(sharedOptions, name) ? sharedOptions[name] : undefined
    if (values === undefined) continue
    const value = Option.getOrElse(joined, () => words[index + 1])
    if (value === undefined || !values.includes(value)) {
      const given = value === undefined ? "" : `, not ${JSON.stringify(value)}`
      return Option.some(`${name} takes one of ${values.join(", ")}${given}.`)
    }
  }
  return Option.none()
}

/** Separates the options that every command shares, with their values, from all other arguments. */
const split = (words: ReadonlyArray<string>) => {
  const shared: Array<string> = []
  const own: Array<{ readonly text: string; readonly position: number }> = []
  for (let index = 0; index < words.length; index++) {
    const text = words[index] ?? ""
    const { joined, name } = parseArgument(text)
    if (name === "--version") shared.push(text)
    else if (!Object.hasOwn(sharedOptions, name)) own.push({ text, position: index + 1 })
    else if (Option.isSome(joined)) shared.push(text)
    else shared.push(...words.slice(index, ++index + 1))
  }
  return { shared, own }
}

const endOfOptions = (args: ReadonlyArray<string>) => {
  const end = args.indexOf("--")
  return end === -1 ? args.length : end
}

/**
 * Moves the shared options to the front: the library does not find them after a command's options.
 *
 * @since 0.1.0
 * @category combinators
 */
export const hoistSharedOptions = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = endOfOptions(args)
  const { own, shared } = split(args.slice(0, end))
  return [...shared, ...own.map(({ text }) => text), ...args.slice(end)]
}

const commandProblem = (page: HelpPage, words: ReadonlyArray<string>): Option.Option<string> => {
  if (words.some((word) => standalone.includes(parseArgument(word).name))) return Option.none()
  const depth = page.path.length
  const choices = new Set(
    Commands.pages
      .filter(({ path }) => page.path.every((word, index) => path[index] === word))
      .flatMap(({ path }) => path.slice(depth, depth + 1))
  )
  const unknown = split(words).own[depth]?.text
  const start = ["glowmarkt", ...page.path].join(" ")
  const problem =
    unknown === undefined || unknown.startsWith("-")
      ? `${start} needs a command.`
      : `Unknown command ${start} ${unknown}.`
  return Option.some(`${problem} Use one of ${[...choices].join(", ")}.`)
}

interface OptionSpec {
  /** As in the help: `--out DIR`, `-q, --quiet`. */
  readonly term: string
  readonly names: ReadonlyArray<string>
  readonly takes: "value" | "nothing"
}

const optionSpec = ({ term }: { readonly term: string }): OptionSpec => {
  const names: Array<string> = term.match(/(?<=^|, )--?[a-z-]+/g) ?? []
  return { term, names, takes: / [^-\s]/.test(term) ? "value" : "nothing" }
}

const builtInNames = [...Object.keys(sharedOptions), "--help", "-h", "--version"]

/**
 * Error messages repeat only text that looks like an option name: anything else may be a misplaced
 * secret.
 */
const unknownArgument = (text: string, position: number) => {
  const { name } = parseArgument(text)
  return /^--?[a-z][a-z-]*$/.test(name) ? `Unknown option ${name}.` : `Unknown argument at position ${position}.`
}

const isCluster = (text: string, options: ReadonlyArray<OptionSpec>) =>
  /^-[a-z]{2,}$/.test(text) &&
  [...text.slice(1)].every((letter) =>
    options.some(({ names, takes }) => takes === "nothing" && names.includes(`-${letter}`))
  )

/**
 * Returns the problem with the first word that is neither an option of the command, nor an option's
 * value, nor an argument, or `None` if there is no such word.
 */
const unknownProblem = (page: HelpPage, words: ReadonlyArray<string>, rest: number): Option.Option<string> => {
  const { args, options } = page.parameters()
  const all = options.map(optionSpec)
  const { own } = split(words)
  let free = page.path.length + args.length
  for (let index = 0; index < own.length; index++) {
    const { position, text } = own[index] ?? { position: 0, text: "" }
    const { joined, name } = parseArgument(text)
    const option = all.find(({ names }) => names.includes(name))
    if (option !== undefined) {
      if (option.takes === "value" && Option.isNone(joined)) index++
    } else if (text.startsWith("-") && text !== "-" ? !isCluster(text, all) : --free < 0) {
      return Option.some(unknownArgument(text, position))
    }
  }
  // Everything after `--` is an argument.
  if (rest > free) return Option.some(unknownArgument("", words.length + 2 + free))
  return Option.none()
}

const optionProblem = (page: HelpPage, words: ReadonlyArray<string>): Option.Option<string> => {
  const options = page.parameters().options.map(optionSpec)
  const find = (name: string) => options.find(({ names }) => names.includes(name))
  const seen = new Set<OptionSpec>()
  for (let index = 0; index < words.length; index++) {
    const { joined, name } = parseArgument(words[index] ?? "")
    const option = find(name)
    if (option === undefined) continue
    if (seen.has(option)) return Option.some(`${name} is given twice.`)
    seen.add(option)
    if (option.takes === "nothing") {
      if (Option.isSome(joined)) return Option.some(`${name} takes no value.`)
      continue
    }
    if (Option.isNone(joined)) index++
    const value = Option.getOrElse(joined, () => words[index])
    const isOption = value !== undefined && (find(value) !== undefined || builtInNames.includes(value))
    if (value === undefined || (Option.isSome(joined) ? value === "" : isOption)) {
      return Option.some(`${name} needs a value: ${option.term}.`)
    }
  }
  return Option.none()
}

/**
 * Returns the error for the first problem found, or `None` if there is none. Values are left to the
 * commands' own checks.
 *
 * @since 0.1.0
 * @category combinators
 */
export const check = (args: ReadonlyArray<string>): Option.Option<UsageError> => {
  const end = endOfOptions(args)
  const words = args.slice(0, end)
  const page = HelpCommand.pageFor(words)
  return sharedOptionProblem(words).pipe(
    Option.orElse(() =>
      Commands.pages.includes(page)
        ? Option.orElse(optionProblem(page, words), () => unknownProblem(page, words, args.length - end - 1))
        : commandProblem(page, words)
    ),
    Option.map((message) => new UsageError({ message: `${message}\nSee ${HelpCommand.helpCommandFor(args)}` }))
  )
}
