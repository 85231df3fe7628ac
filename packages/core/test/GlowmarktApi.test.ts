import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import { assert, describe, expect, it } from "@effect/vitest"
import { GlowmarktApi, Repeatability, Security } from "@effect-glowmarkt/core"
import * as Context from "effect/Context"

interface Row {
  readonly group: string
  readonly name: string
  readonly operationId: string
  readonly request: string
  readonly credentials: string
  readonly failures: string
  readonly repeat: string
}

const rows = (): ReadonlyArray<Row> => {
  const found: Array<Row> = []
  HttpApi.reflect(GlowmarktApi.GlowmarktApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint, errors, group, mergedAnnotations }) => {
      const annotations = Context.merge(
        Context.make(Security.Security, []).pipe(Context.add(Repeatability.Repeat, "once")),
        mergedAnnotations
      )
      found.push({
        group: group.identifier,
        name: endpoint.name,
        operationId: Context.get(
          Context.merge(Context.make(OpenApi.Identifier, "?"), mergedAnnotations),
          OpenApi.Identifier
        ),
        request: `${endpoint.method} ${endpoint.path.replaceAll(/:(\w+)/g, "{$1}")}`,
        credentials: Context.get(annotations, Security.Security)
          .map((alternative) => alternative.join(" + "))
          .join(", or "),
        failures: [...errors.keys()].sort().join(", "),
        repeat: Context.get(annotations, Repeatability.Repeat)
      })
    }
  })
  return found
}

const table = () =>
  [
    "# The operations",
    "",
    "Generated from the contract by `npm test -- -u`. A test fails if this page is out of date.",
    "`Repeatability.ts` explains the values in the column *repeat*.",
    "",
    "| group | endpoint | request | credentials | failures | repeat |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows().map(
      (row) =>
        `| ${row.group} | \`${row.name}\` | \`${row.request}\` | ${row.credentials} | ${row.failures} | ${row.repeat} |`
    ),
    ""
  ].join("\n")

describe("GlowmarktApi", () => {
  it("has all 12 account and four sign-in operations", () => {
    const count = (group: string) => rows().filter((row) => row.group === group).length
    assert.deepStrictEqual([count("admin"), count("user"), count("auth")], [6, 6, 4])
  })

  it("matches docs/operations.md", async () => {
    await expect(table()).toMatchFileSnapshot("../../../docs/operations.md")
  })

  it("declares every write that a repeat could carry out twice as once", () => {
    const once = rows()
      .filter((row) => row.repeat === "once")
      .map((row) => row.name)
    assert.sameMembers(once, ["addAccount", "deleteAccount", "userChangePassword", "addMobileAppToken", "deleteToken"])
    for (const row of rows()) {
      assert.strictEqual(row.repeat === "safe", row.request.startsWith("GET "), row.name)
    }
  })

  it("lists the credential combinations in the OpenAPI document", () => {
    const { paths } = GlowmarktApi.openApi()
    assert.deepStrictEqual(paths["/account"]?.get?.security, [
      { appKeys: [] },
      { orgAppKeys: [], applicationId: [] },
      { devUserToken: [], applicationId: [] }
    ])
    assert.notInclude(JSON.stringify(GlowmarktApi.openApi()), "HttpApiDecodeError")
  })
})
