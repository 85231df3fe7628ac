import { type Finding, findings } from "../src/internal/htmlReport/payload.js"

export interface Described {
  readonly finding: Finding
  readonly bit: number
  readonly label: string
  readonly meaning: string
}

const words: Readonly<Record<Finding, readonly [label: string, meaning: string]>> = {
  healthy: ["Healthy", "no other finding"],
  inactive: ["Inactive", "the live status is inactive"],
  unrecognised: ["Unrecognised", "the status is missing, or neither active nor inactive"],
  mismatch: ["Mismatch", "the list and the live status disagree, or one contradicts itself"],
  tokenExpired: ["Token expired", "the external directory's token has expired"],
  tokenExpiring: ["Token expiring", "the external directory's token expires soon"],
  dormant: ["Dormant", "not updated for a long time"],
  missing: ["Missing", "listed, but reading its status returns 404"],
  denied: ["Denied", "the credentials were refused for this account"],
  undetermined: ["Undetermined", "the status could not be determined"]
}

export const all: ReadonlyArray<Described> = findings.map((finding, place) => {
  const [label, meaning] = words[finding]
  return { finding, bit: 1 << place, label, meaning }
})

export const of = (mask: number): ReadonlyArray<Described> => all.filter(({ bit }) => (mask & bit) !== 0)
