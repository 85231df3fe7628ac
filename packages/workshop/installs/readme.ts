/** The install line and the program of a README. */
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { root } from "../tarballs.js"

export interface Readme {
  readonly file: string
  /** The arguments after `npm install`. */
  readonly install: ReadonlyArray<string>
  /** The first program, if it comes before any other command. */
  readonly program: string
}

/** Reads a README. Its first block of commands must be one install line. */
export const read = (file: string): Readme => {
  const text = readFileSync(join(root, file), "utf8")
  const line = text.match(/^```sh\n(.*)\n```$/m)?.[1]
  if (line?.startsWith("npm install ") !== true) throw new Error(`${file}: does not begin with one install line`)
  return { file, install: line.split(" ").slice(2), program: text.match(/^```ts\n([\s\S]*?)^```$/m)?.[1] ?? "" }
}
