/** Replaces unpaired surrogates with U+FFFD, because they cannot be stored. */
export const toWellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, "\uFFFD")
