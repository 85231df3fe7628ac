/** Escapes text and JSON for HTML. */
import * as VisibleText from "@effect-glowmarkt/core/VisibleText"

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;"
}

export const escapeText = (text: string): string =>
  VisibleText.escape(text).replace(/[&<>"']/g, (character) => entities[character] ?? "")

/**
 * Formats a value as JSON without `<`, so that no `</script>` or `<!--` can end or change the
 * surrounding element.
 */
export const escapeJson = (value: unknown): string => JSON.stringify(value).replaceAll("<", "\\u003c")
