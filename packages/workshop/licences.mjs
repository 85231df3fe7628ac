import { readdir, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"

/**
 * From the licence file, or from the section that some packages have in their readme instead.
 *
 * @param {string} folder of the package
 */
const licence = async (folder) => {
  const files = await readdir(folder)
  const file = files.find((name) => /^licen[cs]e/i.test(name))
  if (file !== undefined) return (await readFile(join(folder, file), "utf8")).trim()
  const readme = files.find((name) => /^readme/i.test(name))
  const text = readme === undefined ? "" : await readFile(join(folder, readme), "utf8")
  const section = /^#+ *licen[cs]e *$([^#]+)/im.exec(text)?.[1]
  if (section === undefined) throw new Error(`${folder} has no licence`)
  return section.trim()
}

/**
 * The licence of every package that is in a bundle: they go where its code goes.
 *
 * @param {string} root the directory that `inputs` are relative to
 * @param {ReadonlyArray<string>} inputs files, as in esbuild's metafile
 */
export const licences = async (root, inputs) => {
  const packages = new Set(
    inputs.flatMap((input) => /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)?.slice(1, 2) ?? [])
  )
  const texts = await Promise.all(
    [...packages].sort().map(async (path) => {
      const folder = resolve(root, path)
      const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
      return { title: `${name} ${version}`, text: await licence(folder) }
    })
  )
  return texts.map(({ text, title }) => `${title}\n\n${text}`).join("\n\n")
}
