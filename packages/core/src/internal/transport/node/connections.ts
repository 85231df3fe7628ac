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

type Connector = Undici.buildConnector.connector

interface Place {
  readonly protocol: string
  readonly host: string
}

/** An error with a code that says that it is about the proxy, and with the proxy's address. */
const atProxy = (error: Error, reason: string, { host, protocol }: Place): Error =>
  Object.assign(new Error(error.message), { code: `PROXY_${reason}`, proxy: `${protocol}//${host}` })

const codeOf = (error: Error) => ("code" in error && typeof error.code === "string" ? error.code : "CLOSED")

/**
 * What a proxy answers instead of a connection to the server. With its own codes for a proxy that
 * closes, undici would try again and again, even when no request waits any more.
 */
const answered = (error: Error, proxy: Place): Error => {
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1]
  if (status !== undefined) return atProxy(error, status, proxy)
  return /^UND_ERR_(?:SOCKET|INFO)$/.test(codeOf(error)) ? atProxy(error, "CLOSED", proxy) : error
}

const mappingErrors =
  (map: (error: Error, server: Place) => Error) =>
  (connect: Connector): Connector =>
  (options, callback) =>
    connect(options, (...[error, socket]) =>
      error === null
        ? callback(null, socket)
        : callback(map(error, { protocol: options.protocol, host: options.host ?? options.hostname }), null)
    )

/** Sends each request straight to its server, or by the proxies. */
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

/** Undici's pool of connections, and a way to end it that leaves none behind, not even one that is still being made. */
export const make = ({ ca, connectMillis, keepAliveMillis, proxies }: Settings): Connections => {
  const connecting = new Set<Socket>()

  const watched =
    (connect: Connector): Connector =>
    (options, callback) => {
      let opened: unknown
      // What undici's connectors give back, though their type does not say so: the socket they open.
      opened = connect(options, (...result) => {
        if (opened instanceof Socket) connecting.delete(opened)
        callback(...result)
      })
      if (opened instanceof Socket) connecting.add(opened)
    }

  const tls = { timeout: connectMillis, ...(ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] }) }
  const direct: Undici.Agent.Options = {
    connect: watched(Undici.buildConnector(tls)),
    ...(keepAliveMillis === undefined ? {} : { keepAliveTimeout: keepAliveMillis })
  }

  const pool =
    (around: (connect: Connector) => Connector) =>
    (origin: string | URL, options: Undici.Pool.Options): Undici.Dispatcher =>
      new Undici.Pool(origin, {
        ...options,
        ...(typeof options.connect === "function" ? { connect: around(options.connect) } : {})
      })

  const straight = new Undici.Agent(direct)
  const proxied =
    proxies.http === undefined && proxies.https === undefined
      ? undefined
      : new Undici.EnvHttpProxyAgent({
          ...direct,
          httpProxy: proxies.http ?? "",
          httpsProxy: proxies.https ?? "",
          // Ours decides which servers are excluded.
          noProxy: "",
          // A proxy agent makes its own connections, to the proxy and through it.
          proxyTls: tls,
          requestTls: tls,
          clientFactory: pool((connect) =>
            watched(mappingErrors((error, proxy) => atProxy(error, codeOf(error), proxy))(connect))
          ),
          factory: pool(
            mappingErrors((error, { protocol }) => {
              const proxy = protocol === "https:" ? (proxies.https ?? proxies.http) : proxies.http
              return proxy === undefined ? error : answered(error, new URL(proxy))
            })
          )
        })

  return {
    dispatcher: proxied === undefined ? straight : new Router(straight, proxied, proxies.excludes),
    close: async () => {
      const destroyed = Promise.all([straight.destroy(), proxied?.destroy()])
      for (const socket of connecting) socket.destroy()
      await destroyed
    }
  }
}
