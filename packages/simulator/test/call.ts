import { Credentials, Population, Simulator } from "@effect-glowmarkt/simulator"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

/** A response as plain data. Tests call the simulator with `fetch`, not with core's client. */
export interface Answer {
  readonly status: number
  readonly body: unknown
  readonly text: string
  readonly headers: Headers
}

const parsed = Schema.decodeUnknownOption(Schema.parseJson())

export const call = (
  method: string,
  path: string,
  options: { readonly headers?: Record<string, string>; readonly body?: unknown } = {}
) =>
  Effect.gen(function* () {
    const { url } = yield* Simulator.Simulator
    const text = typeof options.body === "string" ? options.body : JSON.stringify(options.body)
    return yield* Effect.promise(async (signal): Promise<Answer> => {
      const response = await fetch(url + path, {
        method,
        signal,
        headers: {
          ...options.headers,
          ...(options.body === undefined ? {} : { "content-type": "application/json" })
        },
        ...(options.body === undefined ? {} : { body: text })
      })
      const answer = await response.text()
      return {
        status: response.status,
        text: answer,
        body: Option.getOrUndefined(parsed(answer)),
        headers: response.headers
      }
    })
  })

/** The headers of each kind of credentials. */
export const headers = Effect.map(Simulator.Simulator, ({ population }) => {
  const { appKeys, applicationId, devUserToken, orgAppKeys } = population.credentials
  return {
    appKeys: { authorization: Redacted.value(Credentials.basic(appKeys)) },
    orgAppKeys: { authorization: Redacted.value(Credentials.basic(orgAppKeys)) },
    devUserToken: { token: Redacted.value(devUserToken) },
    applicationId: { applicationId: String(applicationId) }
  }
})

/** The n-th member for which `Population.isOrdinary` holds. */
export const ordinary = (n: number) =>
  Effect.map(Simulator.Simulator, ({ population }) => {
    let seen = 0
    for (const member of population.members) {
      if (Population.isOrdinary(member) && seen++ === n) {
        return member
      }
    }
    throw new Error(`the population has no ${n} ordinary members`)
  })

const token = Schema.decodeUnknownSync(Schema.Struct({ token: Schema.String, exp: Schema.Int }))

export const signIn = (person: Population.Person, password?: string) =>
  Effect.gen(function* () {
    const { population } = yield* Simulator.Simulator
    const answer = yield* call("POST", "/auth", {
      headers: (yield* headers).applicationId,
      body: { username: person.username, password: password ?? Redacted.value(population.password(person)) }
    })
    return answer
  })

/** The headers of a user's session. */
export const session = (person: Population.Person) =>
  Effect.gen(function* () {
    const answer = yield* signIn(person)
    return { ...(yield* headers).applicationId, token: token(answer.body).token }
  })
