import { quote } from "@effect-glowmarkt/core/VisibleText"

/** Quotes a name for a message and escapes its invisible characters. */
export const quoteName = (name: string | null | undefined): string =>
  typeof name === "string" ? `the name ${quote(name)}` : "no name"
