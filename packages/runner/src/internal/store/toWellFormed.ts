/** Text as it can be written down: half of a surrogate pair is no character, and becomes U+FFFD. */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD")
