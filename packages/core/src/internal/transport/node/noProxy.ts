import { BlockList, isIP } from "node:net"

const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4")

/**
 * Normalizes a host for comparison: lower case, without brackets, leading wildcard and outer dots.
 */
const normalize = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/^(?:\*?\.)+|\.$/g, "")

/**
 * Returns whether an address equals an entry or is in the entry's network (such as `10.0.0.0/8`).
 * An IPv6 address can be written in several ways.
 */
const isWithin = (network: string, address: string): boolean => {
  const [base = "", bits] = network.split("/")
  if (isIP(base) === 0 || isIP(address) === 0) return false
  const maxBits = isIP(base) === 6 ? 128 : 32
  const prefix = bits === undefined ? maxBits : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!(prefix <= maxBits)) return false
  const list = new BlockList()
  list.addSubnet(base, prefix, family(base))
  return list.check(address, family(address))
}

/**
 * Splits an entry into host and port. In an IPv6 address without brackets, no colon separates a
 * port.
 */
const parse = (entry: string): { readonly name: string; readonly port: string | undefined } => {
  const [, name, port] = isIP(normalize(entry)) === 6 ? [] : (/^(.+):(\d+)$/.exec(entry) ?? [])
  return { name: normalize(name ?? entry), port }
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" }

/**
 * Parses a `NO_PROXY` list as curl does and returns whether a server is excluded. Entries are
 * separated by spaces or commas: a host name, which includes its subdomains, an address or a
 * network. `*` excludes every server. As in other programs, an entry may end with a port.
 */
export const excludes = (list: string): ((origin: string) => boolean) => {
  if (list.trim() === "*") return () => true
  const entries = list.split(/[\s,]+/).flatMap((entry) => (entry === "" ? [] : [parse(entry)]))
  return (origin) => {
    const { hostname, port, protocol } = new URL(origin)
    const host = normalize(hostname)
    const portOf = port === "" ? defaultPorts[protocol] : port
    return entries.some(
      ({ name, port }) =>
        (port === undefined || port === portOf) &&
        (isIP(host) === 0 ? host === name || host.endsWith(`.${name}`) : isWithin(name, host))
    )
  }
}
