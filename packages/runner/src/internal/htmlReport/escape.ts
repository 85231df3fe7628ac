/** Text and JSON that HTML takes for nothing but text, whatever they contain. */
import * as VisibleText from "@effect-glowmarkt/core/VisibleText"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

export const inertText = (text: string): string =>
  VisibleText.escape(text).replace(/[&<>"']/g, (character) => entities[character] ?? "")

/** Without a `<`, neither `</script>` nor `<!--` can end or change the element that holds it. */
export const inertJson = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c")
