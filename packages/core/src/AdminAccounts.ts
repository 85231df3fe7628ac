/**
 * The operations of an application's administrator.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type { Account, AccountStatus, AddedAccount, DeletedAccount } from "./Account.js"
import * as AccountApi from "./AccountApi.js"
import * as AccountList from "./AccountList.js"
import { AdminCredentials } from "./AdminCredentials.js"
import { type BodyReader, GlowmarktClient } from "./GlowmarktClient.js"
import type {
  AccountNotFound,
  CallError,
  IncorrectElements,
  InvalidInput,
  MissingElements,
  Rejected
} from "./GlowmarktError.js"
import type { AccountId, DirectoryId } from "./Identifier.js"
import * as jsonArray from "./internal/decode/jsonArray.js"
import * as Operation from "./Operation.js"

const operations = {
  list: Operation.compileWith(AccountApi.getAccounts, AccountList.decode),
  add: Operation.compile(AccountApi.addAccount),
  get: Operation.compile(AccountApi.getAccountById),
  rename: Operation.compile(AccountApi.updateAccount),
  remove: Operation.compile(AccountApi.deleteAccount),
  status: Operation.compile(AccountApi.getAccountStatusById)
}

/**
 * The service behind the tag {@link AdminAccounts}.
 *
 * @since 0.1.0
 * @category models
 */
export interface AdminAccountsService {
  /**
   * Lists every account of the application in one response. The provider supports neither paging
   * nor filtering. (`GET /account`)
   */
  readonly list: Effect.Effect<AccountList.AccountList, CallError>

  /**
   * Streams the list while it arrives, in constant memory. `maxBodyBytes` limits each element, not
   * the whole list. An element that cannot be decoded is a `Left`, and the stream continues.
   * Retries end once the headers have arrived: a connection lost after that fails the stream.
   * (`GET /account`)
   */
  readonly stream: Stream.Stream<Either.Either<Account, AccountList.UnreadableAccount>, CallError>

  /**
   * Reads one account. (`GET /account/{accountId}`)
   */
  readonly get: (accountId: AccountId) => Effect.Effect<Account, AccountNotFound | InvalidInput | CallError>

  /**
   * Reads the current status of one account. Unlike the list, it includes when the token of an
   * external directory expires. (`GET /account/{accountId}/status`)
   */
  readonly status: (accountId: AccountId) => Effect.Effect<AccountStatus, AccountNotFound | InvalidInput | CallError>

  /**
   * Adds an account for an existing user. The client does not retry it if the provider may have
   * carried it out; in that case, look for the user name and directory in the list. (`POST
   * /account`)
   */
  readonly add: (account: {
    readonly username: string
    readonly directoryId: DirectoryId
  }) => Effect.Effect<AddedAccount, MissingElements | InvalidInput | CallError>

  /**
   * Sets the name of an account. (`PUT /account/{accountId}`)
   */
  readonly rename: (
    accountId: AccountId,
    name: string
  ) => Effect.Effect<Account, AccountNotFound | MissingElements | InvalidInput | CallError>

  /**
   * Makes an account inactive. Accounts are never erased. The operation is not limited to one
   * application: check with `get` that the account belongs to yours. The client does not retry it
   * if the provider may have carried it out. (`DELETE /account/{accountId}`)
   */
  readonly remove: (
    accountId: AccountId
  ) => Effect.Effect<DeletedAccount, AccountNotFound | IncorrectElements | Rejected | InvalidInput | CallError>
}

/**
 * The six operations of administrators.
 *
 * @example
 * ```ts
 * import { AdminAccounts } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const inactive = Effect.gen(function* () {
 *   const admin = yield* AdminAccounts.AdminAccounts
 *   const { accounts } = yield* admin.list
 *   return accounts.filter((account) => account.status === "inactive")
 * })
 * ```
 *
 * @since 0.1.0
 * @category services
 */
export class AdminAccounts extends Context.Tag("@effect-glowmarkt/core/AdminAccounts")<
  AdminAccounts,
  AdminAccountsService
>() {}

const faults: Record<jsonArray.Fault, string> = {
  NotText: "the body is not UTF-8",
  NotJson: "the body is not a JSON array",
  Truncated: "the JSON is truncated",
  TooLarge: "an element exceeds the size limit"
}

const elements: BodyReader<Either.Either<Account, AccountList.UnreadableAccount>> = (
  invalid,
  maxElementBytes,
  redact
) => {
  const array = jsonArray.make(maxElementBytes, redact)
  let index = 0
  const fail = (fault: jsonArray.Fault) => invalid(fault, faults[fault], array.object())
  return {
    add: (bytes) =>
      Either.mapBoth(array.add(bytes), {
        onLeft: fail,
        onRight: (complete) => complete.map((element) => AccountList.decodeElement(element, index++))
      }),
    end: () => Either.mapLeft(array.end(), fail)
  }
}

/**
 * @example
 * ```ts
 * import { AdminAccounts } from "@effect-glowmarkt/core"
 * import { Effect } from "effect"
 *
 * const names = Effect.gen(function* () {
 *   const admin = yield* AdminAccounts.make
 *   const { accounts } = yield* admin.list
 *   return accounts.map(({ name }) => name)
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make: Effect.Effect<AdminAccountsService, never, AdminCredentials | GlowmarktClient> = Effect.gen(
  function* () {
    const client = yield* GlowmarktClient
    const credentials = yield* AdminCredentials
    const list = client.bind(operations.list, credentials)
    const get = client.bind(operations.get, credentials)
    const status = client.bind(operations.status, credentials)
    const add = client.bind(operations.add, credentials)
    const rename = client.bind(operations.rename, credentials)
    const remove = client.bind(operations.remove, credentials)
    return {
      list: list({}),
      stream: client.bindStream(operations.list, credentials, elements)({}),
      get: (accountId) => get({ path: { accountId } }),
      status: (accountId) => status({ path: { accountId } }),
      add: (account) => add({ payload: account }),
      rename: (accountId, name) => rename({ path: { accountId }, payload: { name } }),
      remove: (accountId) => remove({ path: { accountId } })
    }
  }
)

/**
 * Provides the operations with the given credentials. The layer is not memoized, so one program can
 * use it twice with different credentials.
 *
 * @example
 * ```ts
 * import { AdminAccounts, AppKeys, FetchTransport, GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Layer } from "effect"
 *
 * const AdminLive = AdminAccounts.layer.pipe(
 *   Layer.provide(AppKeys.layerConfig()),
 *   Layer.provide(GlowmarktClient.layerConfig()),
 *   Layer.provide(FetchTransport.layer)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<AdminAccounts, never, AdminCredentials | GlowmarktClient> = Layer.fresh(
  Layer.effect(AdminAccounts, make)
)
