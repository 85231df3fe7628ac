import { fileURLToPath } from "node:url"
import { describe, expect, it } from "@effect/vitest"
import ts from "typescript"

const methods = {
  AdminAccounts: ["list", "stream", "get", "status", "add", "rename", "remove"],
  UserAccounts: ["status", "changeEmail", "changeName", "changePassword", "addMobileAppToken", "removeMobileAppToken"],
  Auth: ["signIn", "check", "renew", "revoke"],
  UserSession: ["signOut"],
  DevUserSession: ["signOut"]
}

/** The types that an editor shows for each method, in a program that imports the package. */
const hovers = (): ReadonlyArray<string> => {
  const file = fileURLToPath(new URL("hovering.ts", import.meta.url))
  const accesses = Object.entries(methods).flatMap(([service, names]) =>
    names.map((name) => `${service}Service.${name}`)
  )
  const source = [
    `import type { ${Object.keys(methods).join(", ")} } from "@effect-glowmarkt/core"`,
    ...Object.keys(methods).map((service) => `declare const ${service}Service: ${service}.${service}["Type"]`),
    ...accesses
  ].join("\n")
  const options: ts.CompilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    customConditions: ["source"],
    types: [],
    noEmit: true
  }
  const host: ts.LanguageServiceHost = {
    getScriptFileNames: () => [file],
    getScriptVersion: () => "1",
    getScriptSnapshot: (name) => {
      const text = name === file ? source : ts.sys.readFile(name)
      return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
    },
    getCurrentDirectory: () => ts.sys.getCurrentDirectory(),
    getCompilationSettings: () => options,
    getDefaultLibFileName: (settings) => ts.getDefaultLibFilePath(settings),
    fileExists: (name) => name === file || ts.sys.fileExists(name),
    readFile: (name) => ts.sys.readFile(name),
    directoryExists: ts.sys.directoryExists,
    getDirectories: ts.sys.getDirectories
  }
  const service = ts.createLanguageService(host)
  return accesses.map((access) => {
    const info = service.getQuickInfoAtPosition(file, source.indexOf(`\n${access}`) + access.indexOf(".") + 2)
    return ts.displayPartsToString(info?.displayParts)
  })
}

describe("the types of the services", () => {
  it("show input, result and errors of a method on hover", { timeout: 60_000 }, () => {
    expect(hovers().join("\n\n")).toMatchInlineSnapshot(`
      "(property) AdminAccountsService.list: Effect<AccountList, CallError, never>

      (property) AdminAccountsService.stream: Stream<Either<Account, UnreadableAccount>, CallError, never>

      (property) AdminAccountsService.get: (accountId: AccountId) => Effect<Account, AccountNotFound | InvalidInput | CallError>

      (property) AdminAccountsService.status: (accountId: AccountId) => Effect<AccountStatus, AccountNotFound | InvalidInput | CallError>

      (property) AdminAccountsService.add: (account: {
          readonly username: string;
          readonly directoryId: DirectoryId;
      }) => Effect<AddedAccount, MissingElements | InvalidInput | CallError>

      (property) AdminAccountsService.rename: (accountId: AccountId, name: string) => Effect<Account, AccountNotFound | MissingElements | InvalidInput | CallError>

      (property) AdminAccountsService.remove: (accountId: AccountId) => Effect<DeletedAccount, AccountNotFound | IncorrectElements | Rejected | InvalidInput | CallError>

      (property) UserAccountsService.status: Effect<AccountStatus, CallError | AccountNotFound, never>

      (property) UserAccountsService.changeEmail: (email: string) => Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

      (property) UserAccountsService.changeName: (name: string) => Effect<void, IncorrectElements | Rejected | InvalidInput | CallError>

      (property) UserAccountsService.changePassword: (passwords: {
          readonly oldPassword: Redacted;
          readonly newPassword: Redacted;
      }) => Effect<void, WeakPassword | Rejected | InvalidInput | CallError>

      (property) UserAccountsService.addMobileAppToken: (accountId: AccountId, token: Redacted) => Effect<void, AccountNotFound | Rejected | InvalidInput | CallError>

      (property) UserAccountsService.removeMobileAppToken: (accountId: AccountId, token: Redacted) => Effect<void, AccountNotFound | Rejected | InvalidInput | CallError>

      (property) AuthService.signIn: (options: Auth.SignIn) => Effect<SignedIn, MissingElements | Rejected | InvalidInput | CallError>

      (property) AuthService.check: (token: Options) => Effect<CheckedToken, MissingElements | Rejected | CallError>

      (property) AuthService.renew: (token: Options) => Effect<Token, MissingElements | Rejected | CallError>

      (property) AuthService.revoke: (token: Options) => Effect<void, Rejected | CallError>

      (property) UserSessionService.signOut: Effect<void, CallError | Rejected, never>

      (property) DevUserSessionService.signOut: Effect<"revoked" | "forgotten", CallError, never>"
    `)
  })
})
