/**
 * Accounts as the API describes them.
 *
 * @since 0.1.0
 */
export * as Account from "./Account.js"
/**
 * The contract of the 12 account operations: what each takes, gives and fails
 * with, who may call it, and whether it may be sent twice.
 *
 * @since 0.1.0
 */
export * as AccountApi from "./AccountApi.js"
/**
 * The list of an application's accounts, read element by element: one account
 * that is not what the contract says does not cost the others.
 *
 * @since 0.1.0
 */
export * as AccountList from "./AccountList.js"
/**
 * Accounts for tests: the services without credentials, client or socket.
 *
 * @since 0.1.0
 */
export * as AccountsTest from "./AccountsTest.js"
/**
 * The accounts of an application, as its administrator sees them.
 *
 * @since 0.1.0
 */
export * as AdminAccounts from "./AdminAccounts.js"
/**
 * The credentials of an administrator: every operation of
 * {@link AdminAccounts} needs them. Provided by `AppKeys.layer`, `OrgAppKeys.layer`,
 * `DevUserToken.layer` or `DevUserSession.layer`.
 *
 * @since 0.1.0
 */
export * as AdminCredentials from "./AdminCredentials.js"
/**
 * The scheme `appKeys`: the key and secret of an application, as HTTP Basic. The
 * keys say which application is meant, so no application id goes with them.
 *
 * @since 0.1.0
 */
export * as AppKeys from "./AppKeys.js"
/**
 * Signing in, by hand. Programs that only want to act as a user take
 * `UserSession.layer`, which does all of this when it is needed.
 *
 * @since 0.1.0
 */
export * as Auth from "./Auth.js"
/**
 * The contract of signing in: obtaining, checking, renewing and revoking the
 * token that a user's operations need.
 *
 * @since 0.1.0
 */
export * as AuthApi from "./AuthApi.js"
/**
 * Options for some calls only, in place of the client's.
 *
 * @since 0.1.0
 */
export * as CallOptions from "./CallOptions.js"
/**
 * A circuit breaker: stops sending to a server that keeps failing. Off by default.
 *
 * @since 0.1.0
 */
export * as CircuitBreaker from "./CircuitBreaker.js"
/**
 * How a caller proves who it is.
 *
 * @since 0.1.0
 */
export * as Credential from "./Credential.js"
/**
 * A developer signed in by name and password, as an administrator of an
 * application.
 *
 * @since 0.1.0
 */
export * as DevUserSession from "./DevUserSession.js"
/**
 * The scheme `devUserToken`: a developer's token in the header `token`, together
 * with the id of the application it speaks for.
 *
 * @since 0.1.0
 */
export * as DevUserToken from "./DevUserToken.js"
/**
 * The transport for browsers, Deno, Bun and every other runtime with `fetch`.
 *
 * @since 0.1.0
 */
export * as FetchTransport from "./FetchTransport.js"
/**
 * Everything of the provider's API that this package knows, as one value: for
 * serving it, and for its OpenAPI document.
 *
 * @since 0.1.0
 */
export * as GlowmarktApi from "./GlowmarktApi.js"
/**
 * The pipeline that every call goes through: base URL, credentials, rate limit,
 * circuit breaker, timeout of an attempt, decoding and error mapping, retry,
 * span and metrics.
 *
 * @since 0.1.0
 */
export * as GlowmarktClient from "./GlowmarktClient.js"
/**
 * The errors of a call: a small closed family.
 *
 * @since 0.1.0
 */
export * as GlowmarktError from "./GlowmarktError.js"
/**
 * Identifiers, branded: an account id is never taken for a user id, and no
 * account id can turn one route into another.
 *
 * @since 0.1.0
 */
export * as Identifier from "./Identifier.js"
/**
 * An endpoint of the contract, compiled into what a client needs of it.
 *
 * @since 0.1.0
 */
export * as Operation from "./Operation.js"
/**
 * The scheme `orgAppKeys`: the key and secret of an organisation, as HTTP Basic,
 * together with the id of the application they speak for.
 *
 * @since 0.1.0
 */
export * as OrgAppKeys from "./OrgAppKeys.js"
/**
 * What every `layerConfig` takes: some of the options, each as a value or as a `Config`. Options
 * that are not given still come from the environment.
 *
 * @since 0.1.0
 */
export * as PartialConfig from "./PartialConfig.js"
/**
 * How many requests may be sent in a time. Those above it wait in a queue: first come, first served.
 *
 * @since 0.1.0
 */
export * as RateLimit from "./RateLimit.js"
/**
 * Whether an operation may be sent a second time when the first answer was lost.
 *
 * @since 0.1.0
 */
export * as Repeatability from "./Repeatability.js"
/**
 * How much of its traffic a client may spend on retries.
 *
 * @since 0.1.0
 */
export * as RetryBudget from "./RetryBudget.js"
/**
 * When a failed request is sent again.
 *
 * @since 0.1.0
 */
export * as RetryPolicy from "./RetryPolicy.js"
/**
 * The provider's security schemes, and which of them each operation accepts.
 *
 * @since 0.1.0
 */
export * as Security from "./Security.js"
/**
 * The token bucket behind a rate limit, as a pure state machine: every request takes a token, tokens
 * come back at an even rate, and no more are saved up than a short burst needs.
 *
 * @since 0.1.0
 */
export * as TokenBucket from "./TokenBucket.js"
/**
 * A user's own account: every operation acts on the account that owns the
 * token, never on another user's.
 *
 * @since 0.1.0
 */
export * as UserAccounts from "./UserAccounts.js"
/**
 * The credentials of a user: what every operation of {@link UserAccounts}
 * needs. Provided by `UserToken.layer` or `UserSession.layer`.
 *
 * @since 0.1.0
 */
export * as UserCredentials from "./UserCredentials.js"
/**
 * A user signed in by name and password. Signs in when the first call needs it,
 * again before the token ends, and once more when a call is refused although
 * the token should hold.
 *
 * @since 0.1.0
 */
export * as UserSession from "./UserSession.js"
/**
 * The scheme `userToken`: a user's token that the program already holds, in the
 * header `token`, together with the application it was issued for. For signing in
 * and renewing see `UserSession`.
 *
 * @since 0.1.0
 */
export * as UserToken from "./UserToken.js"
/**
 * Characters that a reader cannot see: how to show them, and where they are refused.
 *
 * @since 0.1.0
 */
export * as VisibleText from "./VisibleText.js"
/**
 * The error bodies the provider documents, as the contract declares them.
 *
 * @since 0.1.0
 */
export * as WireError from "./WireError.js"
