/** Describes a running simulator to clients in other processes. */
export * as Announcement from "./Announcement.js"
/** The administrator credentials that a simulator accepts. */
export * as Credentials from "./Credentials.js"
/** The findings that an audit of a population must report. */
export * as Expected from "./Expected.js"
/** Fault injection. */
export * as Faults from "./Faults.js"
/** The operations that a simulator serves. */
export * as Operation from "./Operation.js"
/** The simulated accounts and users, derived from a seed. */
export * as Population from "./Population.js"
/** The requests that a simulator received. */
export * as Requests from "./Requests.js"
/** The Glowmarkt Account API on 127.0.0.1. */
export * as Simulator from "./Simulator.js"
/** The state of the simulated accounts. */
export * as State from "./State.js"
/** A server-side rate limit. */
export * as Throttle from "./Throttle.js"
/** The user tokens that a simulator has issued. */
export * as Tokens from "./Tokens.js"
