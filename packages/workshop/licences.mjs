import { readdir, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"

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
      const file = (await readdir(folder)).find((name) => /^licen[cs]e/i.test(name))
      if (file === undefined) {
        throw new Error(`${path} has no licence file`)
      }
      const { name, version } = JSON.parse(await readFile(join(folder, "package.json"), "utf8"))
      return { title: `${name} ${version}`, text: (await readFile(join(folder, file), "utf8")).trim() }
    })
  )
  return texts.map(({ text, title }) => `${title}\n\n${text}`).join("\n\n")
}
