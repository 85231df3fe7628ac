/**
 * All findings, in the order in which a row lists them. The page of the HTML report, which cannot
 * use schemas, also uses this list.
 */
export const findings = [
  "healthy",
  "inactive",
  "unrecognised",
  "mismatch",
  "tokenExpired",
  "tokenExpiring",
  "dormant",
  "missing",
  "denied",
  "undetermined"
] as const

export type Finding = (typeof findings)[number]
