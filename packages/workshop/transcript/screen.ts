/** A terminal emulator that knows the control sequences of the prompts and the progress bar. */

export interface Screen {
  readonly columns: number
  readonly write: (text: string) => void
  readonly lines: () => ReadonlyArray<string>
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: matches control sequences
const tokens = /\u001b\[([?0-9;]*)([A-Za-z])|[\s\S]/gu

export const make = (columns: number): Screen => {
  const lines: Array<Array<string>> = [[]]
  let row = 0
  let column = 0

  const line = () => {
    while (lines.length <= row) lines.push([])
    return lines[row] ?? []
  }

  const put = (character: string) => {
    if (column === columns) {
      row++
      column = 0
    }
    const cells = line()
    while (cells.length < column) cells.push(" ")
    cells[column] = character
    column++
  }

  const control = (parameters: string, command: string) => {
    const number = Number(parameters === "" ? 1 : parameters)
    switch (command) {
      // Colour and cursor visibility: no effect on the text.
      case "m":
      case "h":
      case "l":
        return
      case "A":
        row = Math.max(0, row - number)
        return
      case "G":
        column = number - 1
        return
      case "K":
        line().length = 0
        return
      default:
        throw new Error(`unsupported control sequence ${command}`)
    }
  }

  return {
    columns,
    write: (text) => {
      for (const [token, parameters, command] of text.matchAll(tokens)) {
        if (command !== undefined) control(parameters ?? "", command)
        else if (token === "\n") [row, column] = [row + 1, 0]
        else if (token === "\r") column = 0
        else put(token)
      }
      line()
    },
    lines: () => lines.map((cells) => cells.join("").trimEnd())
  }
}
