/**
 * Accounts as the API describes them.
 *
 * @since 0.1.0
 */
export * as Account from "./Account.js"
/**
 * The contract of the 12 account operations. Each endpoint declares its input, success, errors,
 * credentials and whether it may be repeated.
 *
 * @since 0.1.0
 */
export * as AccountApi from "./AccountApi.js"
/**
 * The list of an application's accounts. It is decoded element by element, so one invalid account
 * does not fail the whole list.
 *
 * @since 0.1.0
 */
export * as AccountList from "./AccountList.js"
/**
 * Test implementations of the account services. They need no credentials, client or socket.
 *
 * @since 0.1.0
 */
export * as AccountsTest from "./AccountsTest.js"
/**
 * The operations of an application's administrator.
 *
 * @since 0.1.0
 */
export * as AdminAccounts from "./AdminAccounts.js"
/**
 * The credentials that every operation of `AdminAccounts` needs. Provided by `AppKeys.layer`,
 * `OrgAppKeys.layer`, `DevUserToken.layer` or `DevUserSession.layer`.
 *
 * @since 0.1.0
 */
export * as AdminCredentials from "./AdminCredentials.js"
/**
 * The scheme `appKeys`: the key and secret of an application, sent as HTTP Basic. The key
 * identifies the application, so no application id is sent.
 *
 * @since 0.1.0
 */
export * as AppKeys from "./AppKeys.js"
/**
 * The sign-in operations, for programs that manage tokens themselves. `UserSession.layer` signs in
 * and renews automatically.
 *
 * @since 0.1.0
 */
export * as Auth from "./Auth.js"
/**
 * The contract of the sign-in operations: obtaining, checking, renewing and revoking a user's
 * token.
 *
 * @since 0.1.0
 */
export * as AuthApi from "./AuthApi.js"
/**
 * Options that apply to some calls only and replace the client's.
 *
 * @since 0.1.0
 */
export * as CallOptions from "./CallOptions.js"
/**
 * A circuit breaker stops sending requests to a server that keeps failing. Off by default.
 *
 * @since 0.1.0
 */
export * as CircuitBreaker from "./CircuitBreaker.js"
/**
 * Credentials and the grants they yield.
 *
 * @since 0.1.0
 */
export * as Credential from "./Credential.js"
/**
 * Signs a developer in with a user name and password, to administer an application.
 *
 * @since 0.1.0
 */
export * as DevUserSession from "./DevUserSession.js"
/**
 * The scheme `devUserToken`: a developer's token and the id of the application to administer.
 *
 * @since 0.1.0
 */
export * as DevUserToken from "./DevUserToken.js"
/**
 * One layer with an account service, its credentials, the client and `FetchTransport`, for
 * browsers, Bun and Deno. On Node, `NodeAccounts` is several times as fast.
 *
 * @since 0.1.0
 */
export * as FetchAccounts from "./FetchAccounts.js"
/**
 * An `HttpClient` for every runtime with `fetch`, such as browsers, Deno and Bun. It sends the same
 * requests as `FetchHttpClient` of `@effect/platform` at about half the CPU per call.
 *
 * @since 0.1.0
 */
export * as FetchTransport from "./FetchTransport.js"
/**
 * The whole API as one `HttpApi`, for serving it and for its OpenAPI document.
 *
 * @since 0.1.0
 */
export * as GlowmarktApi from "./GlowmarktApi.js"
/**
 * The client that runs every call: base URL, credentials, rate limit, circuit breaker, timeout,
 * decoding, error mapping, retries, spans and metrics.
 *
 * @since 0.1.0
 */
export * as GlowmarktClient from "./GlowmarktClient.js"
/**
 * The errors of a call, as a closed union.
 *
 * @since 0.1.0
 */
export * as GlowmarktError from "./GlowmarktError.js"
/**
 * The ids of accounts, applications, users and directories, each with its own branded type. No
 * valid account id can change the route of a request.
 *
 * @since 0.1.0
 */
export * as Identifier from "./Identifier.js"
/**
 * Endpoints compiled for the client.
 *
 * @since 0.1.0
 */
export * as Operation from "./Operation.js"
/**
 * The scheme `orgAppKeys`: the key and secret of an organisation, sent as HTTP Basic, with the id
 * of the application to administer.
 *
 * @since 0.1.0
 */
export * as OrgAppKeys from "./OrgAppKeys.js"
/**
 * The parameter of every `layerConfig`: any of the options, each as a value or a `Config`. Options
 * that are not given come from the environment.
 *
 * @since 0.1.0
 */
export * as PartialConfig from "./PartialConfig.js"
/**
 * Limits how many requests are sent per interval. Further requests wait in a queue, first come,
 * first served.
 *
 * @since 0.1.0
 */
export * as RateLimit from "./RateLimit.js"
/**
 * Whether an operation may be sent again after its response was lost.
 *
 * @since 0.1.0
 */
export * as Repeatability from "./Repeatability.js"
/**
 * Limits the share of a client's requests that are retries.
 *
 * @since 0.1.0
 */
export * as RetryBudget from "./RetryBudget.js"
/**
 * How often a failed request is retried, and after which waits.
 *
 * @since 0.1.0
 */
export * as RetryPolicy from "./RetryPolicy.js"
/**
 * The provider's security schemes and the combinations that each operation accepts.
 *
 * @since 0.1.0
 */
export * as Security from "./Security.js"
/**
 * A token bucket as a pure state machine: every request takes a token, and tokens are refilled at a
 * steady rate up to the size of a burst. `RateLimit` adds the queue.
 *
 * @since 0.1.0
 */
export * as TokenBucket from "./TokenBucket.js"
/**
 * The operations of a user on their own account, the one that owns the token.
 *
 * @since 0.1.0
 */
export * as UserAccounts from "./UserAccounts.js"
/**
 * The credentials that every operation of `UserAccounts` needs. Provided by `UserToken.layer` or
 * `UserSession.layer`.
 *
 * @since 0.1.0
 */
export * as UserCredentials from "./UserCredentials.js"
/**
 * Signs a user in with a user name and password: on the first call, again before the token expires,
 * and again if a call is refused although the token has not expired.
 *
 * @since 0.1.0
 */
export * as UserSession from "./UserSession.js"
/**
 * The scheme `userToken`: a user's token that the program already has, with the id of the
 * application it was issued for. `UserSession` obtains and renews tokens.
 *
 * @since 0.1.0
 */
export * as UserToken from "./UserToken.js"
/**
 * Finds and escapes invisible characters.
 *
 * @since 0.1.0
 */
export * as VisibleText from "./VisibleText.js"
/**
 * The documented error bodies.
 *
 * @since 0.1.0
 */
export * as WireError from "./WireError.js"
