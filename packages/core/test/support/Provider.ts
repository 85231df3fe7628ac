import { UserAccounts, UserSession } from "@effect-glowmarkt/core"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Callers from "./Callers.js"
import * as Wire from "./Wire.js"

export const options: UserSession.Options = {
  applicationId: Callers.applicationId,
  username: "scotty",
  password: Redacted.make("beam-me-up")
}

/** A response in place of the usual one, if any. */
type Deviation = (request: Wire.Seen, provider: State) => Wire.Response | undefined

interface State {
  /** The only valid password. */
  password: string
  readonly signIns: Array<string>
  readonly issued: Set<string>
  readonly revoked: Set<string>
}

const pathOf = (request: Wire.Seen) => `${request.method} ${request.url.slice(Callers.baseUrl.length)}`

/**
 * A provider with one user. It tracks the tokens that it issued and revoked; they expire after an
 * hour of 1970.
 */
export const make = (deviate: Deviation = () => undefined) => {
  const state: State = { password: "beam-me-up", signIns: [], issued: new Set(), revoked: new Set() }
  const usual = (request: Wire.Seen): Wire.Response => {
    const token = request.headers["token"] ?? ""
    const holds = state.issued.has(token) && !state.revoked.has(token)
    switch (pathOf(request)) {
      case "POST /auth": {
        const { password } = JSON.parse(request.body)
        if (password !== state.password) return { status: 401 }
        const next = `t${state.issued.size + 1}`
        state.issued.add(next)
        return Wire.json({ valid: true, token: next, exp: 3600 })
      }
      case "DELETE /auth/deleteToken":
        if (!holds) return { status: 401 }
        state.revoked.add(token)
        return Wire.json({ valid: true })
      case "POST /account/changepassword":
        if (!holds || JSON.parse(request.body).oldPassword !== state.password) return { status: 401 }
        state.password = JSON.parse(request.body).newPassword
        return Wire.json({ valid: true })
      default:
        return holds ? Wire.json({ status: "active", valid: true }) : { status: 401 }
    }
  }
  const wire = Wire.make((request) => {
    if (pathOf(request) === "POST /auth") state.signIns.push(JSON.parse(request.body).password)
    return deviate(request, state) ?? usual(request)
  })
  return {
    ...wire,
    state,
    usual,
    paths: () => wire.seen.map(pathOf),
    /** Invalidates all tokens. */
    endTokens: () => {
      for (const token of state.issued) state.revoked.add(token)
    },
    /** The tokens that are still valid. */
    alive: () => [...state.issued].filter((token) => !state.revoked.has(token))
  }
}

export const isSignIn = (request: Wire.Seen) => pathOf(request) === "POST /auth"
export const isChange = (request: Wire.Seen) => pathOf(request) === "POST /account/changepassword"
export const isRevocation = (request: Wire.Seen) => pathOf(request) === "DELETE /auth/deleteToken"

export const sessionOver = (wire: ReturnType<typeof Wire.make>) =>
  UserAccounts.layer.pipe(Layer.provideMerge(UserSession.layer(options)), Layer.provide(Callers.client(wire)))
