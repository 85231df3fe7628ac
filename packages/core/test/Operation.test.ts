import { assert, describe, it } from "@effect/vitest"
import { Account, AccountApi, Identifier, Operation } from "@effect-glowmarkt/core"
import * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

/** A response without its `null` and empty fields, as its schema receives it. */
const withoutNothing = (json: unknown): unknown =>
  Predicate.isRecord(json)
    ? Object.fromEntries(
        Object.entries(json)
          .filter(([, field]) => field !== null && field !== "")
          .map(([name, field]) => [name, withoutNothing(field)])
      )
    : json

const junk = FastCheck.oneof(
  FastCheck.constantFrom<unknown>(null, "", "active", "2024-02-30", "2024-01-01T00:00:00", "2024-01-01", true, 0),
  FastCheck.jsonValue(),
  FastCheck.string()
)

/** An encoded value with some fields invalid, missing or added. */
const answersOf = <A, I>(schema: Schema.Schema<A, I>): FastCheck.Arbitrary<unknown> => {
  const encode = Schema.encodeSync(schema)
  return FastCheck.tuple(
    Arbitrary.make(schema).map((value): unknown => encode(value)),
    FastCheck.array(FastCheck.tuple(FastCheck.nat(), junk), { maxLength: 3 }),
    FastCheck.dictionary(FastCheck.constantFrom("new", "toString", "__proto__", "status"), junk, { maxKeys: 1 })
  ).map(([answer, spoilt, added]) => {
    if (!Predicate.isRecord(answer)) return answer
    const fields = Object.entries(answer)
    for (const [at, field] of spoilt) {
      const named = fields[at % Math.max(1, fields.length)]
      if (named !== undefined) named[1] = field
    }
    return JSON.parse(JSON.stringify({ ...Object.fromEntries(fields), ...added }))
  })
}

/** Its decoder agrees with the schema of its endpoint. */
const decodesAs = <A, I>(
  { decode, name }: { readonly decode: (json: unknown) => Either.Either<A, string>; readonly name: string },
  schema: Schema.Schema<A, I>
) => {
  it.prop(
    `${name} accepts the same values as its schema`,
    [FastCheck.oneof(answersOf(schema), FastCheck.jsonValue())],
    ([answer]) => {
      const decoded = decode(answer)
      const bySchema = Schema.decodeUnknownEither(schema)(withoutNothing(answer))
      assert.strictEqual(Either.isRight(decoded), Either.isRight(bySchema))
      if (Either.isRight(decoded) && Either.isRight(bySchema)) {
        assert.deepStrictEqual(decoded.right, bySchema.right)
      }
    },
    { fastCheck: { numRuns: 500 } }
  )
}

describe("Operation", () => {
  decodesAs(Operation.compile(AccountApi.getAccountById), Account.Account)
  decodesAs(Operation.compile(AccountApi.getAccountStatusById), Account.AccountStatus)
  decodesAs(Operation.compile(AccountApi.addAccount), Account.AddedAccount)
  decodesAs(Operation.compile(AccountApi.deleteAccount), Account.DeletedAccount)
  decodesAs(Operation.compile(AccountApi.userChangeName), AccountApi.Validity)

  it.prop(
    "sends a valid account id unchanged and refuses any other",
    [
      FastCheck.oneof(
        FastCheck.uuid(),
        FastCheck.string(),
        FastCheck.constantFrom("", ".", "..", "status", "Email", "%2e%2e", "a/b", "é", "a b", "-a", "a".repeat(129))
      )
    ],
    ([accountId]) => {
      const prepared = Operation.compile(AccountApi.getAccountById).prepare({ path: { accountId } })
      if (Schema.is(Identifier.AccountId)(accountId)) {
        assert.strictEqual(Either.getOrThrow(prepared).path, `/account/${accountId}`)
      } else assert.isTrue(Either.isLeft(prepared))
    }
  )

  it("refuses missing parameters", () => {
    const { prepare } = Operation.compile(AccountApi.getAccountById)
    for (const path of [undefined, null, {}, { accountId: null }, { accountId: 7 }, []]) {
      assert.isTrue(Either.isLeft(prepare({ path })))
    }
  })
})
