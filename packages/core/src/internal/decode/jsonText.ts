export const quote = 0x22
export const opening = new Set([0x5b, 0x7b])
export const closing = new Set([0x5d, 0x7d])

const backslash = 0x5c

/** How many backslashes stand before a place, back to another. */
export const backslashes = (text: string, from: number, at: number): number => {
  let before = at
  while (before > from && text.charCodeAt(before - 1) === backslash) before--
  return at - before
}

/** Where the string ends whose first character stands at `from`, or -1 if it does not. */
const endOfString = (text: string, from: number): number => {
  let close = text.indexOf('"', from)
  while (close !== -1 && backslashes(text, from, close) % 2 === 1) close = text.indexOf('"', close + 1)
  return close
}

/** Whether a text that begins with a bracket ends before its partner. What comes after that one is no matter of length. */
export const breaksOff = (text: string): boolean => {
  let depth = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === quote) {
      at = endOfString(text, at + 1)
      if (at === -1) return true
    } else if (opening.has(code)) depth++
    else if (closing.has(code) && --depth === 0) return false
  }
  return true
}
