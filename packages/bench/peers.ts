/** The compared clients. Each makes the given number of calls, 32 concurrently, and reads the status of each response. */
import { pathToFileURL } from "node:url"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiClient from "@effect/platform/HttpApiClient"
import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import { Account, AdminAccounts, AppKeys, FetchTransport, GlowmarktClient, Identifier } from "@effect-glowmarkt/core"
import { NodeTransport } from "@effect-glowmarkt/core/node"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Tracer from "effect/Tracer"

export type Peer = (calls: number) => Promise<void>

const concurrency = 32
const accountId = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"
const route = `/account/${accountId}/status`
const authorization = `Basic ${btoa("app:app-secret")}`

const expectActive = (answer: unknown) => {
  if (typeof answer !== "object" || answer === null || !("status" in answer) || answer.status !== "active") {
    throw new Error(`unexpected response: ${JSON.stringify(answer)}`)
  }
}

/** Runs promises in 32 concurrent chains. */
const chained =
  (call: () => Promise<unknown>): Peer =>
  async (calls) => {
    let left = calls
    const chain = async () => {
      while (left-- > 0) expectActive(await call())
    }
    await Promise.all(Array.from({ length: concurrency }, chain))
  }

/** Runs effects in 32 fibers. */
const fibers = <E>(call: Effect.Effect<unknown, E>, run: <A>(effect: Effect.Effect<A, E>) => Promise<A>): Peer => {
  return async (calls) => {
    let left = calls
    const one = Effect.map(call, expectActive)
    const fiber = Effect.whileLoop({ while: () => left-- > 0, body: () => one, step: () => {} })
    await run(
      Effect.all(
        Array.from({ length: concurrency }, () => fiber),
        { concurrency: "unbounded", discard: true }
      )
    )
  }
}

const nothing = () => undefined

// Discards spans, so the measurement covers spans but no exporter.
const listening = Tracer.make({
  span: (name, parent, context, links, startTime, kind) => {
    const attributes = new Map<string, unknown>()
    return {
      _tag: "Span",
      name,
      spanId: "0",
      traceId: "0",
      parent,
      context,
      status: { _tag: "Started", startTime },
      attributes,
      links,
      sampled: true,
      kind,
      end: nothing,
      attribute: (key, value) => attributes.set(key, value),
      event: nothing,
      addLinks: nothing
    }
  },
  context: (f) => f()
})

const ours =
  (transport: Layer.Layer<HttpClient.HttpClient, unknown>, tracer: Option.Option<Tracer.Tracer> = Option.none()) =>
  async (url: string): Promise<Peer> => {
    const runtime = ManagedRuntime.make(
      AdminAccounts.layer.pipe(
        Layer.provide(AppKeys.layer({ key: "app", secret: Redacted.make("app-secret") })),
        Layer.provide(GlowmarktClient.layer({ baseUrl: url })),
        Layer.provide(transport)
      )
    )
    const admin = await runtime.runPromise(AdminAccounts.AdminAccounts)
    const call = admin.status(Identifier.AccountId.make(accountId))
    return fibers(call, (effect) =>
      runtime.runPromise(
        Option.match(tracer, { onNone: () => effect, onSome: (tracer) => Effect.withTracer(effect, tracer) })
      )
    )
  }

/** The used exports of the module that `generated.ts` generates. */
interface Generated {
  readonly client: { readonly setConfig: (config: object) => void }
  readonly getAccountStatus: (options: {
    readonly path: { readonly accountId: string }
  }) => Promise<{ readonly data?: unknown }>
}

const derived = HttpApi.make("derived").add(
  HttpApiGroup.make("account").add(
    HttpApiEndpoint.get("status", "/account/:accountId/status")
      .setPath(Schema.Struct({ accountId: Schema.String }))
      .addSuccess(Account.AccountStatus)
  )
)

const derivedClient =
  (transport: Layer.Layer<HttpClient.HttpClient>) =>
  async (url: string): Promise<Peer> => {
    const runtime = ManagedRuntime.make(transport)
    const client = await runtime.runPromise(HttpApiClient.make(derived, { baseUrl: url }))
    return fibers(client.account.status({ path: { accountId } }), (effect) => runtime.runPromise(effect))
  }

const pool = (url: string) => {
  const { origin, pathname } = new URL(url)
  return { pool: new Undici.Pool(origin, { connections: 64 }), prefix: pathname.replace(/\/$/, "") }
}

export const peers = {
  "undici.Pool": async (url: string) => {
    const { pool: connections, prefix } = pool(url)
    const headers = { authorization, accept: "application/json" }
    return chained(async () => {
      const { body } = await connections.request({ path: prefix + route, method: "GET", headers })
      return JSON.parse(await body.text())
    })
  },

  "ours, NodeTransport": ours(NodeTransport.layer()),
  "ours, NodeTransport, spans": ours(NodeTransport.layer(), Option.some(listening)),
  "ours, layerUndici": ours(NodeHttpClient.layerUndici),
  "ours, FetchTransport": ours(FetchTransport.layer),
  "ours, FetchHttpClient": ours(FetchHttpClient.layer),

  "HttpApiClient, layerUndici": derivedClient(NodeHttpClient.layerUndici),
  "HttpApiClient, fetch": derivedClient(FetchHttpClient.layer),

  fetch: async (url: string) => {
    const headers = { authorization, accept: "application/json" }
    return chained(async () => (await fetch(url + route, { headers })).json())
  },

  "openapi-fetch": async (url: string) => {
    const { default: createClient } = await import("openapi-fetch")
    interface Paths {
      "/account/{accountId}/status": {
        get: {
          parameters: { path: { accountId: string } }
          responses: { 200: { content: { "application/json": { status?: string } } } }
        }
      }
    }
    const client = createClient<Paths>({ baseUrl: url, headers: { authorization } })
    return chained(
      async () => (await client.GET("/account/{accountId}/status", { params: { path: { accountId } } })).data
    )
  },

  "@hey-api/openapi-ts": async (url: string, generated: string) => {
    const { client, getAccountStatus }: Generated = await import(pathToFileURL(generated).href)
    client.setConfig({ baseUrl: url, headers: { authorization } })
    return chained(async () => (await getAccountStatus({ path: { accountId } })).data)
  },

  ky: async (url: string) => {
    const { default: ky } = await import("ky")
    const client = ky.create({ headers: { authorization } })
    return chained(() => client.get(url + route).json())
  },

  axios: async (url: string) => {
    const { default: axios } = await import("axios")
    const { Agent } = await import("node:http")
    const client = axios.create({
      baseURL: url,
      headers: { authorization },
      httpAgent: new Agent({ keepAlive: true, maxSockets: 64 })
    })
    return chained(async () => (await client.get(route)).data)
  }
}

export type Name = keyof typeof peers
