/** In the order of a row's findings. The report's page, which has no schemas, uses this list too. */
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
