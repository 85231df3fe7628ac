/** Finds the fenced blocks of Markdown and the file that a block represents. */

export interface Block {
  readonly language: string
  /** The line the block's text starts on, counting from 1. */
  readonly line: number
  readonly text: string
}

export const lineOf = (text: string, index: number): number => text.slice(0, index).split("\n").length

export const blocksOf = (markdown: string): ReadonlyArray<Block> =>
  [...markdown.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map(({ 1: language = "", 2: text = "", index }) => ({
    language,
    line: lineOf(markdown, index) + 1,
    text
  }))

/** The file name in a comment that the block begins with. */
export const fileNameOf = (text: string): string | undefined => /^\/\/ ([\w-]+(?:\.\w+)+)\n/.exec(text)?.[1]
