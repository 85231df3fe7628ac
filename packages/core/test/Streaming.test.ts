import { assert, describe, it } from "@effect/vitest"
import { AdminAccounts, CallOptions } from "@effect-glowmarkt/core"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as FastCheck from "effect/FastCheck"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as jsonArray from "../src/internal/decode/jsonArray.js"
import * as Callers from "./support/Callers.js"
import * as Wire from "./support/Wire.js"

/** Splits bytes into chunks of the given lengths, repeatedly. */
const cut = (bytes: Uint8Array, lengths: ReadonlyArray<number>): ReadonlyArray<Uint8Array> => {
  const pieces: Array<Uint8Array> = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const length = lengths[turn % lengths.length] ?? 1
    pieces.push(bytes.subarray(at, at + length))
    at += length
  }
  return pieces
}

const elementsOf = (pieces: ReadonlyArray<Uint8Array>, limit = Number.POSITIVE_INFINITY) => {
  const array = jsonArray.make(limit)
  const elements: Array<unknown> = []
  for (const piece of pieces) {
    const complete = array.add(piece)
    if (Either.isLeft(complete)) return complete
    elements.push(...complete.right)
  }
  return Either.map(array.end(), () => elements)
}

const encoder = new TextEncoder()
const lengths = FastCheck.array(FastCheck.integer({ min: 1, max: 40 }), { minLength: 1 })
const space = FastCheck.constantFrom(0, 1, "\t")

describe("jsonArray", () => {
  it.prop(
    "yields the same elements for any split into chunks",
    [FastCheck.array(FastCheck.jsonValue()), lengths, space],
    ([value, at, indent]) => {
      const bytes = encoder.encode(` ${JSON.stringify(value, null, indent)}\n`)
      assert.deepStrictEqual(elementsOf(cut(bytes, at)), Either.right(JSON.parse(JSON.stringify(value))))
    }
  )

  it.prop(
    "never accepts a truncated array",
    [FastCheck.array(FastCheck.jsonValue(), { minLength: 1 }), lengths, FastCheck.nat()],
    ([value, at, cutOff]) => {
      const bytes = encoder.encode(JSON.stringify(value))
      assert.isTrue(Either.isLeft(elementsOf(cut(bytes.subarray(0, cutOff % bytes.length), at))))
    }
  )

  // Many of these texts are almost JSON.
  const nearly = FastCheck.oneof(
    FastCheck.array(FastCheck.constantFrom("1", '"a"', '"\\\\"', '"\\""', "[", "]", "{", "}", ",", ":", " ", "null"), {
      maxLength: 12
    }).map((tokens) => `[${tokens.join("")}]`),
    FastCheck.array(FastCheck.constantFrom("1", "[]", "{}", '"]"', '"\\\\\\"["', "", " "), { maxLength: 6 }).map(
      (elements) => `[${elements.join(",")}]`
    ),
    FastCheck.array(FastCheck.constantFrom('"', "\\", "]", ",", "a"), { maxLength: 10 }).map(
      (characters) => `["${characters.join("")}"]`
    )
  )

  it.prop(
    "accepts exactly the arrays that JSON.parse accepts, for any split into chunks",
    [nearly, lengths],
    ([text, at]) => {
      const whole = Either.try((): unknown => JSON.parse(text))
      const inPieces = elementsOf(cut(encoder.encode(text), at))
      assert.strictEqual(Either.isRight(inPieces), Either.isRight(whole), text)
      if (Either.isRight(inPieces) && Either.isRight(whole)) assert.deepStrictEqual(inPieces.right, whole.right)
    },
    { fastCheck: { numRuns: 3000 } }
  )

  it("refuses a missing element, for any split into chunks", () => {
    for (const text of ["[1,]", "[,1]", "[1,,2]", "[,]", "[,,]", "[1, ]", "[ ,1]"]) {
      for (const length of [1, 2, 3, 4, 5]) {
        assert.deepStrictEqual(elementsOf(cut(encoder.encode(text), [length])), Either.left("NotJson"), text)
      }
    }
  })

  it("scans every character of a large element once", () => {
    for (const element of [
      `"${"x".repeat(24_000_000)}"`,
      `"${'\\"'.repeat(6_000_000)}"`,
      `[${"1,".repeat(6_000_000)}1]`
    ]) {
      const pieces = cut(encoder.encode(`[${element}]`), [65_536])
      const started = performance.now()
      assert.isTrue(Either.isRight(elementsOf(pieces)))
      assert.isBelow(performance.now() - started, 4000)
    }
  })

  it("buffers no more of an endless element than the limit", () => {
    const pieces = cut(encoder.encode(`[1,2,"${"x".repeat(5000)}"]`), [100])
    assert.deepStrictEqual(elementsOf(pieces, 1000), Either.left("TooLarge"))
    assert.isTrue(Either.isRight(elementsOf(pieces, 6000)))
    const many = cut(encoder.encode(`[${"1,".repeat(5000)}1]`), [100])
    assert.isTrue(Either.isRight(elementsOf(many, 1000)))
  })

  it("refuses everything but an array", () => {
    const cases: ReadonlyArray<readonly [string, jsonArray.Fault]> = [
      ["", "NotJson"],
      ["<html>", "NotJson"],
      ['{"accounts":[]}', "NotJson"],
      ["[1,,2]", "NotJson"],
      ["[1]<html>", "NotJson"],
      ["[1}", "NotJson"],
      ["[1,2", "Truncated"]
    ]
    for (const [text, fault] of cases) {
      assert.deepStrictEqual(elementsOf([encoder.encode(text)]), Either.left(fault))
    }
    assert.deepStrictEqual(elementsOf([new Uint8Array([0x5b, 0x22, 0xff, 0x22, 0x5d])]), Either.left("NotText"))
  })
})

describe("AdminAccounts.stream", () => {
  const collect = Effect.flatMap(AdminAccounts.AdminAccounts, (admin) => Stream.runCollect(admin.stream))

  it.effect("yields valid and invalid elements", () => {
    const body = [{ accountId: "a1" }, { name: "no id" }, { accountId: "a2", status: "unverified" }]
    return Effect.gen(function* () {
      const elements = [...(yield* collect)]
      assert.deepStrictEqual(
        elements.map((element) =>
          Either.match(element, { onLeft: ({ index }) => index, onRight: ({ accountId }) => String(accountId) })
        ),
        ["a1", 1, "a2"]
      )
      assert.deepStrictEqual(Option.map(Option.fromNullable(elements[1]), Either.isLeft), Option.some(true))
    }).pipe(Effect.provide(Callers.adminOver(Wire.make(() => Wire.json(body)))))
  })

  it.effect("is retried before the first byte", () => {
    const wire = Wire.make((_, index) => (index === 0 ? { status: 503 } : Wire.json([{ accountId: "a1" }])))
    return Effect.gen(function* () {
      const fiber = yield* Effect.fork(collect)
      yield* TestClock.adjust("1 minute")
      assert.lengthOf([...(yield* Fiber.join(fiber))], 1)
      assert.lengthOf(wire.seen, 2)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })

  for (const [name, answer, tag] of [
    ["refused credentials", { status: 401 }, "AccessDenied"],
    ["a truncated body", { status: 200, body: '[{"accountId":"a1"},{"acc' }, "InvalidResponse"],
    ["HTML", { status: 200, body: "<html></html>" }, "InvalidResponse"]
  ] satisfies Array<[string, Wire.Response, string]>) {
    it.effect(`fails with ${tag} for ${name}`, () =>
      Effect.gen(function* () {
        assert.strictEqual((yield* Effect.flip(collect))._tag, tag)
      }).pipe(Effect.provide(Callers.adminOver(Wire.make(() => answer))))
    )
  }

  it.effect("fails for an element larger than the limit, but not for a large list", () => {
    const many = Array.from({ length: 300 }, (_, index) => `{"accountId":"a${index}"},`)
    const large = [
      '{"accountId":"large","name":"',
      ..."x"
        .repeat(50)
        .split("")
        .map((x) => x.repeat(100)),
      '"}'
    ]
    const wire = Wire.make((_, index) => ({
      status: 200,
      body: ["[", ...many, ...(index === 0 ? ['{"accountId":"last"}'] : large), "]"]
    }))
    return Effect.gen(function* () {
      assert.lengthOf([...(yield* collect)], 301)
      const error = yield* Effect.flip(collect)
      assert.isTrue(error._tag === "InvalidResponse" && error.reason === "TooLarge" && !error.isTransient)
    }).pipe(CallOptions.locally({ maxBodyBytes: 1000 }), Effect.provide(Callers.adminOver(wire)))
  })

  it.effect("can be run twice", () => {
    const wire = Wire.make(() => Wire.json([{ name: "no id" }]))
    return Effect.gen(function* () {
      const { stream } = yield* AdminAccounts.AdminAccounts
      const first = [...(yield* Stream.runCollect(stream))]
      assert.deepStrictEqual([...(yield* Stream.runCollect(stream))], first)
    }).pipe(Effect.provide(Callers.adminOver(wire)))
  })
})
