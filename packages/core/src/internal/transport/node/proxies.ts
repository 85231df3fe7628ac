import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"

/** Where requests go first, or straight to the server if that is nowhere. */
export interface Proxies {
  readonly http: string | undefined
  readonly https: string | undefined
}

export const none: Proxies = { http: undefined, https: undefined }

const isDecodable = (text: string) => Either.isRight(Either.try(() => decodeURIComponent(text)))

const isProxy = (url: string) => {
  if (!URL.canParse(url)) return false
  const { hostname, password, protocol, username } = new URL(url)
  return /^(?:https?|socks5?):$/.test(protocol) && hostname !== "" && isDecodable(username) && isDecodable(password)
}

// Like everybody: the lower case first, and an empty one is none. Nothing of a wrong one is repeated: there may be a password in it.
const read = (upper: string, env: NodeJS.ProcessEnv): Either.Either<string | undefined, ConfigError.ConfigError> => {
  const name = [upper.toLowerCase(), upper].find((name) => (env[name] ?? "") !== "")
  if (name === undefined) return Either.right(undefined)
  const text = env[name] ?? ""
  const url = text.includes("://") ? text : `http://${text}`
  return isProxy(url)
    ? Either.right(url)
    : Either.left(
        ConfigError.InvalidData([name], "not the address of a proxy: expected something like http://proxy.example:3128")
      )
}

/** What the variables that every program reads say. `NO_PROXY` is read for each request. */
export const fromEnvironment = (env: NodeJS.ProcessEnv): Either.Either<Proxies, ConfigError.ConfigError> =>
  Either.all({ http: read("HTTP_PROXY", env), https: read("HTTPS_PROXY", env) })
