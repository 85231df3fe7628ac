/**
 * In the order in which a row lists its findings. The report's page, which has no schemas, also
 * uses this list.
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
