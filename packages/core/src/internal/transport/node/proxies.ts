import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"
import * as noProxy from "./noProxy.js"

/** The proxies for `http:` and `https:` URLs. */
export interface Proxies {
  readonly http: string | undefined
  readonly https: string | undefined
  /** Returns whether requests to this server bypass the proxy. */
  readonly excludes: (origin: string) => boolean
}

export const none: Proxies = { http: undefined, https: undefined, excludes: () => true }

const isDecodable = (text: string) => Either.isRight(Either.try(() => decodeURIComponent(text)))

const isProxy = (url: string) => {
  if (!URL.canParse(url)) return false
  const { hostname, password, protocol, username } = new URL(url)
  return /^(?:https?|socks5?):$/.test(protocol) && hostname !== "" && isDecodable(username) && isDecodable(password)
}

// Reads a variable as curl does: the lower-case name takes precedence, and an empty variable is
// ignored.
const nameSet = (upper: string, env: NodeJS.ProcessEnv): string | undefined =>
  [upper.toLowerCase(), upper].find((name) => (env[name] ?? "") !== "")

// The error does not quote the value: it may contain a password.
const read = (upper: string, env: NodeJS.ProcessEnv): Either.Either<string | undefined, ConfigError.ConfigError> => {
  const name = nameSet(upper, env)
  if (name === undefined) return Either.right(undefined)
  const text = env[name] ?? ""
  const url = text.includes("://") ? text : `http://${text}`
  return isProxy(url)
    ? Either.right(url)
    : Either.left(
        ConfigError.InvalidData([name], "not the address of a proxy: expected something like http://proxy.example:3128")
      )
}

/** Reads `HTTP_PROXY`, `HTTPS_PROXY` and `NO_PROXY`. */
export const fromEnvironment = (env: NodeJS.ProcessEnv): Either.Either<Proxies, ConfigError.ConfigError> =>
  Either.map(Either.all({ http: read("HTTP_PROXY", env), https: read("HTTPS_PROXY", env) }), (proxies) => {
    const name = nameSet("NO_PROXY", env)
    return { ...proxies, excludes: noProxy.excludes(name === undefined ? "" : (env[name] ?? "")) }
  })
