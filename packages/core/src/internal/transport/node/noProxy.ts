import { BlockList, isIP } from "node:net"

const family = (address: string) => (isIP(address) === 6 ? "ipv6" : "ipv4")

/** The host of a URL or of a list, as both can be compared: without brackets and dots around it. */
const plain = (host: string) =>
  host
    .toLowerCase()
    .replace(/^\[(.*)\]$/, "$1")
    .replace(/^(?:\*?\.)+|\.$/g, "")

/** Addresses have several spellings, and stand for a network with a prefix: `10.0.0.0/8`. */
const isWithin = (network: string, address: string): boolean => {
  const [base = "", bits] = network.split("/")
  if (isIP(base) === 0 || isIP(address) === 0) return false
  const longest = isIP(base) === 6 ? 128 : 32
  const prefix = bits === undefined ? longest : /^\d{1,3}$/.test(bits) ? Number(bits) : Number.NaN
  if (!(prefix <= longest)) return false
  const list = new BlockList()
  list.addSubnet(base, prefix, family(base))
  return list.check(address, family(address))
}

/** An entry with a port speaks of that port only. The colons of a bare IPv6 address are none. */
const split = (entry: string): { readonly name: string; readonly port: string | undefined } => {
  const [, name, port] = isIP(plain(entry)) === 6 ? [] : (/^(.+):(\d+)$/.exec(entry) ?? [])
  return { name: plain(name ?? entry), port }
}

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" }

/**
 * Which servers a `NO_PROXY` list excludes from proxies, as curl understands it: names with blanks
 * or commas between them, each for the host itself and all below it; addresses and networks; or
 * `*` for all. As in other programs, an entry can end in a port.
 */
export const excludes = (list: string): ((origin: string) => boolean) => {
  if (list.trim() === "*") return () => true
  const entries = list.split(/[\s,]+/).flatMap((entry) => (entry === "" ? [] : [split(entry)]))
  return (origin) => {
    const { hostname, port, protocol } = new URL(origin)
    const host = plain(hostname)
    const portOf = port === "" ? defaultPorts[protocol] : port
    return entries.some(
      ({ name, port }) =>
        (port === undefined || port === portOf) &&
        (isIP(host) === 0 ? host === name || host.endsWith(`.${name}`) : isWithin(name, host))
    )
  }
}
