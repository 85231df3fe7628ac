/**
 * A server whose responses the test writes: those of proxies, other versions and broken providers.
 */
import { mkdtempSync } from "node:fs"
import { createServer, type ServerResponse } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"

export const secret = "s3cret-of-ours-0123456789"

export const accountId = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"

export const account = { accountId, name: "Siân", status: "active", active: true }
export const list = JSON.stringify([account])

/** The status response for an account of another application. */
const otherId = "00000000-7c1a-4ea3-9ec8-087d4a1071e6"
export const otherAccount = { body: JSON.stringify({ ...account, accountId: otherId, applicationId: otherId }) }

export interface Response {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

/** Sends `responses` in turn and repeats the last one. Status requests get `status`. */
export const serve = (responses: ReadonlyArray<Response>, status: Response = { body: JSON.stringify(account) }) =>
  Effect.acquireRelease(
    Effect.async<{ readonly url: string; readonly close: () => void; readonly requests: () => number }>((resume) => {
      let requests = 0
      const send = (response: ServerResponse, { body, headers, status = 200 }: Response) =>
        response.writeHead(status, { "content-type": "application/json", ...headers }).end(body)
      const server = createServer((request, response) => {
        if (request.url?.endsWith("/status") === true) return send(response, status)
        const next = responses[Math.min(requests++, responses.length - 1)]
        return send(response, next ?? { status: 500, body: "{}" })
      }).listen(0, "127.0.0.1", () => {
        const address = server.address()
        const port = typeof address === "object" ? address?.port : undefined
        resume(
          Effect.succeed({
            url: `http://127.0.0.1:${port}/api/v0-1`,
            requests: () => requests,
            close: () => {
              server.closeAllConnections()
              server.close()
            }
          })
        )
      })
    }),
    ({ close }) => Effect.sync(close)
  )

export const environment = (url: string) => ({
  GLOWMARKT_BASE_URL: url,
  GLOWMARKT_APP_KEY: "key",
  GLOWMARKT_APP_SECRET: secret
})

export const storeFile = () => join(mkdtempSync(join(tmpdir(), "glowmarkt-cli-")), "runs.db")
