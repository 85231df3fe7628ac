import { type Finding, findings } from "../src/internal/htmlReport/payload.js"

export interface Described {
  readonly finding: Finding
  readonly bit: number
  readonly label: string
  readonly meaning: string
}

const words: Readonly<Record<Finding, readonly [label: string, meaning: string]>> = {
  healthy: ["Healthy", "none of the others"],
  inactive: ["Inactive", "the live status says so"],
  unrecognised: ["Unrecognised", "the status is neither active nor inactive, or there is none"],
  mismatch: ["Mismatch", "list and live status disagree, or one contradicts itself"],
  tokenExpired: ["Token expired", "the token of the external directory has ended"],
  tokenExpiring: ["Token expiring", "the token of the external directory ends soon"],
  dormant: ["Dormant", "not updated for long"],
  missing: ["Missing", "listed, but its status answers 404"],
  denied: ["Denied", "the credentials were refused for this account"],
  undetermined: ["Undetermined", "its status could not be established"]
}

export const all: ReadonlyArray<Described> = findings.map((finding, place) => {
  const [label, meaning] = words[finding]
  return { finding, bit: 1 << place, label, meaning }
})

export const of = (mask: number): ReadonlyArray<Described> => all.filter(({ bit }) => (mask & bit) !== 0)
