import { assert, describe, it } from "@effect/vitest"
import { Identifier } from "@effect-glowmarkt/core"
import { Effect, Either, FastCheck as fc, Schema, Stream } from "effect"
import { type AuditRow, CsvInput, RenameAccounts, Report } from "../src/index.js"
import { bytesOf } from "./fixtures/served.js"

const definition = CsvInput.define({
  row: Schema.Struct({
    accountId: Schema.compose(Schema.Trim, Identifier.AccountId),
    name: Schema.NonEmptyString,
    secret: Schema.optionalWith(Schema.String.pipe(Schema.startsWith("env:")), { exact: true })
  }),
  key: ({ accountId }) => accountId,
  expected: { accountId: "an account id", name: "the new name", secret: "env:NAME" },
  secret: ["secret"]
})

const utf8 = (text: string) => new TextEncoder().encode(text)

const utf16 = (text: string, order: "le" | "be") => {
  const bytes = Buffer.from(text, "utf16le")
  return order === "le" ? bytes : bytes.swap16()
}

const good = (bytes: Uint8Array, options?: { readonly invalid?: CsvInput.Invalid }) =>
  Either.getOrThrowWith(CsvInput.parse(definition, bytes, options), (error) => error)

const values = (text: string) => good(utf8(text)).rows.map(({ value }) => value)

const problems = (text: string) =>
  Either.match(CsvInput.parse(definition, utf8(text)), {
    onLeft: (error) => error.problems.map(({ message }) => message),
    onRight: () => []
  })

const two = [
  { accountId: "a-1", name: "Ann" },
  { accountId: "b-2", name: "Bob, the second" }
]

describe("CsvInput", () => {
  it("reads the same rows from any dialect", () => {
    const dialects = [
      'accountId,name\na-1,Ann\nb-2,"Bob, the second"\n',
      'accountId,name\r\na-1,Ann\r\nb-2,"Bob, the second"',
      '\uFEFFaccountId,name\r\na-1,Ann\r\n\r\n\r\nb-2,"Bob, the second"\r\n\r\n',
      "Account ID;Name\na-1;Ann\n;\nb-2;Bob, the second\n",
      "ACCOUNT_ID\tname\na-1\tAnn\nb-2\tBob, the second",
      'sep=;\r\naccount-id;"name"\r\n a-1 ;"Ann"\r\nb-2;Bob, the second',
      "sep=|\naccountId|name\na-1|Ann\nb-2|Bob, the second\n",
      "accountId|name\na-1|Ann\nb-2|Bob, the second\n",
      "sep=^^\naccountId^name\na-1^Ann\nb-2^Bob, the second\n",
      '"sep=;"\naccountId;name\na-1;Ann\nb-2;Bob, the second\n',
      "sep=;;;\naccountId;name;;\na-1;Ann;;\nb-2;Bob, the second;;\n",
      'sep=;,,\naccountId,name,\na-1,Ann,\nb-2,"Bob, the second",\n',
      "SEP=€\raccountId€name\ra-1€Ann\rb-2€Bob, the second",
      'name,what else,accountId\nAnn,"1\n2",a-1\n"Bob, the second",,b-2\n',
      'accountId,name\ra-1,Ann\rb-2,"Bob, the second"\r'
    ]
    for (const text of dialects) {
      assert.deepStrictEqual(values(text), two, JSON.stringify(text))
      for (const order of ["le", "be"] as const) {
        const bare = text.replace("\uFEFF", "")
        assert.deepStrictEqual(
          good(utf16(`\uFEFF${bare}`, order)).rows.map(({ value }) => value),
          two
        )
        assert.deepStrictEqual(
          good(utf16(bare, order)).rows.map(({ value }) => value),
          two
        )
      }
    }
  })

  it("reports every problem of every row at once, with line, column, value and remedy", () => {
    const text =
      'name,accountId,secret\r\n"An\r\nn",a-1,\r\n,status,\r\nBob,b 2,hunter2\r\nCarl,c-3,env:C,x\r\nDora,d-4,\r\nDora,d-4,\r\nEve,e-5,\r\nEva,e-5,\r\n'
    assert.deepStrictEqual(problems(text), [
      "line 4: name is empty; enter the new name",
      'line 4: accountId "status" is not an account id: expected a UUID (letters, digits, "-" or "_"), and not one of status, email, name, changepassword; enter an account id',
      'line 5: accountId "b 2" is not an account id: expected a UUID (letters, digits, "-" or "_"), and not one of status, email, name, changepassword; enter an account id',
      "line 5: secret is not valid; enter env:NAME",
      "line 6: has 4 cells, but the header has 3; put cells that contain the delimiter in quotes",
      "line 8: d-4 is also on line 7; keep one of these lines",
      "line 9: e-5 is also on line 10, with other values; keep one of these lines",
      "line 10: e-5 is also on line 9, with other values; keep one of these lines"
    ])
    const { problems: told, rows } = good(utf8(text), { invalid: "skip" })
    assert.deepStrictEqual(
      rows.map(({ line, value }) => [line, String(value.accountId)]),
      [
        [2, "a-1"],
        [7, "d-4"]
      ]
    )
    assert.strictEqual(told.length, 8)
    assert.notInclude(JSON.stringify(told), "hunter2")
  })

  it("refuses spreadsheet leftovers and invisible characters, and shows them", () => {
    const text = `accountId,name,secret\na\u200b1,#REF!,\na-2,NULL,\na-3,"A\ufffdn",\na-4,Ann,env:\ufffd\na-5,null,\n`
    assert.deepStrictEqual(problems(text), [
      'line 2: name "#REF!" is a placeholder that a spreadsheet or database writes for a missing value; enter the new name',
      'line 2: accountId "a\\u200b1" is not an account id: expected a UUID (letters, digits, "-" or "_"), and not one of status, email, name, changepassword; enter an account id',
      'line 3: name "NULL" is a placeholder that a spreadsheet or database writes for a missing value; enter the new name',
      'line 4: name "A\ufffdn" has a character that was lost in conversion (U+FFFD); enter the new name',
      "line 5: secret has a character that was lost in conversion (U+FFFD); enter env:NAME"
    ])
    const joined = "\u0dc1\u0dca\u200d\u0dbb\u0dd3"
    assert.deepStrictEqual(values(`accountId,name\na-1,${joined}\n`), [
      { accountId: Identifier.AccountId.make("a-1"), name: joined }
    ])
  })

  it("refuses files without text, rows or header", () => {
    assert.deepStrictEqual(
      [
        problems("\0".repeat(1_000_000)),
        problems(`accountId,name\na-1,"${"x".repeat(1_100_000)}"\n`),
        problems(`accountId,name${",x".repeat(1_000)}\n`)
      ],
      [
        ["line 1: the file contains NUL characters, so it is not text; save it as UTF-8"],
        ["line 2: a row has more than 1048576 characters; look for an unclosed quote"],
        ["line 1: the header has 1002 columns; keep at most 1000"]
      ]
    )
  })

  it("reports a key that is on every line in linear space", () => {
    const rows = Array.from({ length: 20_000 }, (_, i) => `a-1,${i}`)
    const said = problems(`accountId,name\n${rows.join("\n")}\n`)
    assert.strictEqual(
      said[0],
      "line 2: a-1 is also on lines 3, 4, 5, 6, 7, 8, 9, 10, 11, 12 and others, with other values; keep one of these lines"
    )
    assert.isBelow(said.join("").length, 20_000 * 130)
  })

  it("shortens long values", () => {
    const [said = ""] = problems(`accountId,name\n${"!".repeat(100_000)},Ann\n`)
    assert.isBelow(said.length, 500)
  })

  it("keeps the cells of invalid rows, except possible secrets", () => {
    const text = "accountId,name,secret\na-1,,env:A\nb 2,Ben,hunter2\nc-3,Carl,hun,ter3\n,,\nd-4,Dora,\n"
    const { invalid, rows } = good(utf8(text), { invalid: "skip" })
    assert.deepStrictEqual(
      invalid.map(({ cells, line, problems }) => ({ line, cells, problems: problems.length })),
      [
        { line: 2, cells: { accountId: "a-1", name: "", secret: "env:A" }, problems: 1 },
        { line: 3, cells: { accountId: "b 2", name: "Ben", secret: "" }, problems: 2 },
        { line: 4, cells: {}, problems: 2 }
      ]
    )
    assert.deepStrictEqual(
      rows.map(({ line }) => line),
      [6]
    )
  })

  it("problems of the whole file cannot be skipped", () => {
    const refused = (bytes: Uint8Array) =>
      Either.match(CsvInput.parse(definition, bytes, { invalid: "skip" }), {
        onLeft: (error) => error.problems.map(({ message }) => message),
        onRight: () => ["nothing"]
      })
    assert.deepStrictEqual(refused(utf8("")), [
      "line 1: the file is empty; start it with the header accountId,name,secret"
    ])
    assert.deepStrictEqual(refused(utf8("id,name\na,b\n")), [
      'line 1: accountId column not found (found: "id", "name"); add it'
    ])
    assert.deepStrictEqual(refused(utf8("accountId,name,Account ID\na,b,c\n")), [
      "line 1: accountId column appears twice; remove one of them"
    ])
    assert.deepStrictEqual(refused(utf8('accountId,name\nx y,1\n\na,"never\nb,c\n')).slice(1), [
      "line 4: unclosed quote; put the whole cell in quotes, and double every quote inside it"
    ])
    assert.deepStrictEqual(refused(utf8('accountId,name\na,1\nb,"x"y\n')), [
      "line 3: unexpected quote; put the whole cell in quotes, and double every quote inside it"
    ])
    assert.deepStrictEqual(refused(new Uint8Array([...utf8("accountId,name\na,J"), 0xfc, ...utf8("rg\n")])), [
      "line 2: the file is not UTF-8; save it as UTF-8 (in a spreadsheet: “CSV UTF-8”, not “CSV”)"
    ])
  })

  it("an id is a UUID in any case, and spaces around a name are removed", () => {
    const small = "ffe4f42e-7c1a-4ea3-9ec8-087d4a1071e6"
    const large = small.toUpperCase()
    const read = (text: string) => CsvInput.parse(RenameAccounts.flow.input, utf8(text))
    assert.deepStrictEqual(
      Either.map(read(`accountId,name\n ${large} , Ann \n`), ({ rows }) => rows.map(({ value }) => value)),
      Either.right([{ accountId: Identifier.AccountId.make(small), name: "Ann" }])
    )
    const refused = Either.flip(read(`accountId,name\n${small},Ann\n${large},Ben\nnope,Carl\n`))
    assert.deepStrictEqual(
      Either.map(refused, ({ problems }) => problems.map(({ message }) => message)),
      Either.right([
        `line 2: ${small} is also on line 3, with other values; keep one of these lines`,
        `line 3: ${small} is also on line 2, with other values; keep one of these lines`,
        'line 4: accountId "nope" is not a valid id (expected a UUID); enter an account id'
      ])
    )
    const own = CsvInput.parse(definition, utf8(`accountId,name\n${small},Ann\n${large},Ann\n`), { invalid: "skip" })
    assert.strictEqual(Either.getOrThrow(own).problems.length, 2)
  })

  it("columns that sound like secrets are dropped, in several languages; others are kept", () => {
    const secret = [
      "Pwd",
      "PIN",
      "pin code",
      "Kennwort",
      "Passwort",
      "old pass",
      "Mot de passe",
      "Contraseña",
      "access-token"
    ]
    const kept = ["shipping", "compass", "opinion", "tokenExpiryDate", "pinned"]
    const [row] = good(
      utf8(
        ["accountId", "name", ...secret, ...kept].join(",") +
          "\n" +
          ["a-1", "Ann", ...secret.map(() => "hunter2"), ...kept.map(() => "x")].join(",")
      )
    ).rows
    assert.deepStrictEqual(Object.keys(row?.cells ?? {}), ["accountId", "name", ...kept])
  })

  it("keeps the original cells, except those of columns that sound like secrets", () => {
    const [row] = good(
      utf8("Account Id,NAME,Password,note,tokenExpiryDate,secret\na-1,Ann,hunter2,hi,soon,env:A\n")
    ).rows
    assert.deepStrictEqual(row?.cells, {
      "Account Id": "a-1",
      NAME: "Ann",
      note: "hi",
      tokenExpiryDate: "soon",
      secret: "env:A"
    })
  })

  it.effect("accepts bytes in chunks of any size", () =>
    Effect.gen(function* () {
      const bytes = utf8("accountId,name\na-1,Ännchen 🙂\n")
      const { rows } = yield* CsvInput.read(
        definition,
        Stream.map(Stream.fromIterable(bytes), (byte) => Uint8Array.of(byte))
      )
      assert.strictEqual(rows[0]?.value.name, "Ännchen 🙂")
    })
  )

  const nasty = fc.constantFrom("=1+1", "'=1", "''+1", "@x", "\tx", "'", '"', "a\r\nb", ",", ";", "-1")
  // A cell with U+FFFD is refused: it was lost in a conversion.
  const cell = fc
    .oneof(fc.string({ unit: "grapheme", minLength: 1 }), nasty)
    .filter((text) => text.trim() !== "" && !text.includes("\uFFFD"))

  it.effect.prop(
    "reads back what a report writes, including escaped formulas",
    [fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 5 }), fc.array(cell, { minLength: 5, maxLength: 5 })],
    ([ids, names]) =>
      Effect.gen(function* () {
        const rows = ids.map(
          (accountId, i): AuditRow.AuditRow => ({ accountId, name: names[i] ?? "x", findings: ["healthy"] })
        )
        const bytes = yield* bytesOf(Report.csv(Stream.fromIterable(rows)))
        assert.deepStrictEqual(
          good(bytes).rows.map(({ value }) => value),
          rows.map(({ accountId, name }) => ({
            accountId: Identifier.AccountId.make(accountId ?? ""),
            name: name ?? ""
          }))
        )
      })
  )
})
