/**
 * The line that goes on with an audit, to be pasted into a shell as it is.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import type { AuditOptions } from "./Audit.js"

const plain = /^[A-Za-z0-9_./:,=@%+-]+$/

const quoted = (word: string): string => (plain.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)

const option = (name: string, value: Option.Option<string | number>): ReadonlyArray<string> =>
  Option.match(value, { onNone: () => [], onSome: (value) => [`--${name}`, quoted(String(value))] })

const list = (value: Option.Option<ReadonlyArray<string>>) => Option.map(value, (words) => words.join(","))

/**
 * `program` is how the user calls this: `glowmarkt` or `npx glowmarkt`.
 *
 * @since 0.1.0
 * @category rendering
 */
export const make = (program: string, options: AuditOptions, run: { readonly id: string; readonly store: string }) =>
  [
    program,
    "audit",
    "--run",
    run.id,
    "--store",
    quoted(run.store),
    ...option("out", options.out),
    ...option("format", list(options.formats)),
    ...option("concurrency", options.concurrency),
    ...option("dormant-days", options.dormantDays),
    ...option("expiring-days", options.expiringDays),
    ...option("fail-on", list(options.failOn)),
    ...option("auth", options.auth),
    ...(options.progress === "quiet" ? ["--quiet"] : []),
    ...(options.form === "json" ? ["--json"] : [])
  ].join(" ")
