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

/**
 * What failed at a proxy, with a code that says so. Of undici's own codes for it
 * one would make undici try again and again, also when nobody waits any more.
 */
const atProxy = (error: Error): Error => {
  const code = "code" in error ? error.code : undefined
  const status = /^Proxy response \((\d{3})\)/.exec(error.message)?.[1]
  if (status !== undefined) return Object.assign(new Error(error.message), { code: `PROXY_${status}` })
  return code === "UND_ERR_SOCKET" || code === "UND_ERR_INFO"
    ? Object.assign(new Error(error.message), { code: "PROXY_CLOSED" })
    : error
}

const throughProxy =
  (connect: Connector): Connector =>
  (options, callback) =>
    connect(options, (...[error, socket]) => (error === null ? callback(null, socket) : callback(atProxy(error), null)))

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

  const dispatcher =
    proxies.http === undefined && proxies.https === undefined
      ? new Undici.Agent(direct)
      : new Undici.EnvHttpProxyAgent({
          ...direct,
          httpProxy: proxies.http ?? "",
          httpsProxy: proxies.https ?? "",
          // A proxy agent makes its own connections, to the proxy and through it.
          proxyTls: tls,
          requestTls: tls,
          clientFactory: pool(watched),
          factory: pool(throughProxy)
        })

  return {
    dispatcher,
    close: async () => {
      const destroyed = dispatcher.destroy()
      for (const socket of connecting) socket.destroy()
      await destroyed
    }
  }
}
