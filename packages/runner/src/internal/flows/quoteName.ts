import { quote } from "@effect-glowmarkt/core/VisibleText"

/** A name for a message: in quotes, and with escapes for what cannot be seen. */
export const quoteName = (name: string | null | undefined): string =>
  typeof name === "string" ? `the name ${quote(name)}` : "no name"
