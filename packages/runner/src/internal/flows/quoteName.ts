import { quote } from "@effect-glowmarkt/core/VisibleText"

/** A name for a message, quoted, with invisible characters escaped. */
export const quoteName = (name: string | null | undefined): string =>
  typeof name === "string" ? `the name ${quote(name)}` : "no name"
