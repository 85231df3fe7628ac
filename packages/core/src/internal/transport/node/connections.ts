import { Socket } from "node:net"
import * as Undici from "@effect/platform-node/Undici"
import type { Proxies } from "./proxies.js"

export interface Settings {
  readonly connectMillis: number
  readonly keepAliveMillis: number | undefined
  readonly ca: string | ReadonlyArray<string> | undefined
  readonly proxies: Proxies
}

export interface Connections {
  readonly dispatcher: Undici.Dispatcher
  readonly close: () => Promise<void>
}

/**
 * Returns whether the runtime has the real undici. It is false on Bun, which replaces undici by a
 * module whose agents have no `dispatch`.
 */
export const isSupported = (): boolean => typeof Undici.Agent.prototype.dispatch === "function"

type Connector = Undici.buildConnector.connector

interface Server {
  readonly protocol: string
  readonly host: string
}

/** Marks an error as an error of the proxy, with a `PROXY_` code and the proxy's address. */
const proxyError = (error: Error, reason: string, { host, protocol }: Server): Error =>
  Object.assign(new Error(error.message), { code: `PROXY_${reason}`, proxy: `${protocol}//${host}` })

const codeOf = (error: Error) => ("code" in error && typeof error.code === "string" ? error.code : "CLOSED")

/**
 * Maps the failure of a proxy to open a tunnel. If undici kept its own code for a closed tunnel, it
 * would reconnect forever, even without a waiting request.
 */
const tunnelError = (error: Error, proxy: Server): Error => {
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1]
  if (status !== undefined) return proxyError(error, status, proxy)
  return /^UND_ERR_(?:SOCKET|INFO)$/.test(codeOf(error)) ? proxyError(error, "CLOSED", proxy) : error
}

const mapErrors =
  (map: (error: Error, server: Server) => Error) =>
  (connect: Connector): Connector =>
  (options, callback) =>
    connect(options, (...[error, socket]) =>
      error === null
        ? callback(null, socket)
        : callback(map(error, { protocol: options.protocol, host: options.host ?? options.hostname }), null)
    )

/** Sends each request directly or through a proxy. */
class Router extends Undici.Dispatcher {
  constructor(
    private readonly direct: Undici.Dispatcher,
    private readonly proxied: Undici.Dispatcher,
    private readonly excludes: (origin: string) => boolean
  ) {
    super()
  }

  override dispatch(options: Undici.Dispatcher.DispatchOptions, handler: Undici.Dispatcher.DispatchHandler): boolean {
    const isExcluded = options.origin !== undefined && this.excludes(String(options.origin))
    return (isExcluded ? this.direct : this.proxied).dispatch(options, handler)
  }
}

/** Makes undici's connection pools. `close` also destroys sockets that are still connecting. */
export const make = ({ ca, connectMillis, keepAliveMillis, proxies }: Settings): Connections => {
  const connecting = new Set<Socket>()

  const tracked =
    (connect: Connector): Connector =>
    (options, callback) => {
      let socket: unknown
      // Undici's connectors return the socket they open, although their type does not say so.
      socket = connect(options, (...result) => {
        if (socket instanceof Socket) connecting.delete(socket)
        callback(...result)
      })
      if (socket instanceof Socket) connecting.add(socket)
    }

  const tls = { timeout: connectMillis, ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }) }
  const direct: Undici.Agent.Options = {
    connect: tracked(Undici.buildConnector(tls)),
    ...(keepAliveMillis === undefined ? {} : { keepAliveTimeout: keepAliveMillis })
  }

  const poolWith =
    (wrap: (connect: Connector) => Connector) =>
    (origin: string | URL, options: Undici.Pool.Options): Undici.Dispatcher =>
      new Undici.Pool(origin, {
        ...options,
        ...(typeof options.connect === "function" ? { connect: wrap(options.connect) } : {})
      })

  const directAgent = new Undici.Agent(direct)
  const proxied =
    proxies.http === undefined && proxies.https === undefined
      ? undefined
      : new Undici.EnvHttpProxyAgent({
          ...direct,
          httpProxy: proxies.http ?? "",
          httpsProxy: proxies.https ?? "",
          // The router below decides which servers bypass the proxy.
          noProxy: "",
          // These options apply to the connections to the proxy and to those through it.
          proxyTls: tls,
          requestTls: tls,
          clientFactory: poolWith((connect) =>
            tracked(mapErrors((error, proxy) => proxyError(error, codeOf(error), proxy))(connect))
          ),
          factory: poolWith(
            mapErrors((error, { protocol }) => {
              const proxy = protocol === "https:" ? (proxies.https ?? proxies.http) : proxies.http
              return proxy === undefined ? error : tunnelError(error, new URL(proxy))
            })
          )
        })

  return {
    dispatcher: proxied === undefined ? directAgent : new Router(directAgent, proxied, proxies.excludes),
    close: async () => {
      const destroyed = Promise.all([directAgent.destroy(), proxied?.destroy()])
      for (const socket of connecting) socket.destroy()
      await destroyed
    }
  }
}
