/**
 * A plugin for typedoc. Modules get the comment of their `export * as` line in the package's index,
 * or else the comment at the top of their file. Guides are named after their first heading.
 */
import { readFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { Comment, Converter, DeclarationReflection, ReflectionKind } from "typedoc"

const indexLine = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport \* as (\w+) from/g
const fileHeader = /^\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nimport /

/** @param {string} comment */
const prose = (comment) =>
  comment
    .replace(/^[ \t]*\*[ \t]?/gm, "")
    .replace(/^@.*$/gm, "")
    .replace(/\{@link ([^}|\s]+)[^}]*\}/g, "`$1`")
    .trim()

/** @type {Map<string, Map<string, string>>} by folder */
const indexes = new Map()

/** @param {string} folder */
const indexComments = (folder) => {
  const known = indexes.get(folder)
  if (known !== undefined) return known
  const text = readFileSync(join(folder, "index.ts"), "utf8")
  const comments = new Map([...text.matchAll(indexLine)].map(([, comment = "", name = ""]) => [name, prose(comment)]))
  indexes.set(folder, comments)
  return comments
}

/** @param {import("typedoc").Application} app */
export const load = (app) => {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, ({ project }) => {
    for (const module of project.getReflectionsByKind(ReflectionKind.Module)) {
      const file = module instanceof DeclarationReflection ? module.sources?.[0]?.fullFileName : undefined
      if (file === undefined || module.hasComment()) continue
      const header = fileHeader.exec(readFileSync(file, "utf8"))?.[1]
      const text = indexComments(dirname(file)).get(module.name) ?? (header && prose(header))
      if (text) module.comment = new Comment([{ kind: "text", text }])
    }
  })
  app.converter.on(Converter.EVENT_CREATE_DOCUMENT, (_, document) => {
    const [first] = document.content
    const [line, heading] = (first?.kind === "text" && /^# (.+)\n/.exec(first.text)) || []
    if (first === undefined || line === undefined || heading === undefined) return
    document.name = heading
    first.text = first.text.slice(line.length)
  })
}
