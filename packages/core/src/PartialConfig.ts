/**
 * What every `layerConfig` takes: some of the options, each as a value or as a `Config`. Options
 * that are not given still come from the environment.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Record from "effect/Record"

/**
 * A part of the options `A`, each a value or a `Config`.
 *
 * @example
 * ```ts
 * import { GlowmarktClient } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * // The base URL still comes from GLOWMARKT_BASE_URL.
 * const Client = GlowmarktClient.layerConfig({
 *   timeout: "5 seconds",
 *   maxBodyBytes: Config.integer("MAX_BODY_BYTES")
 * })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export type PartialConfig<A> = {
  readonly [K in keyof A]?: Exclude<A[K], undefined> | Config.Config<Exclude<A[K], undefined>>
}

const isConfig = <A>(given: A | Config.Config<A>): given is Config.Config<A> => Config.isConfig(given)

/**
 * One option as a `Config`: the given value or `Config`, or else that of the environment.
 *
 * @since 0.1.0
 * @category constructors
 */
export const orElse = <A>(given: A | Config.Config<A> | undefined, environment: Config.Config<A>): Config.Config<A> =>
  given === undefined ? environment : isConfig(given) ? given : Config.succeed(given)

/**
 * All given options as one `Config`, without those that are not given.
 *
 * @since 0.1.0
 * @category constructors
 */
export const given = <A extends object>(options: PartialConfig<A>): Config.Config<Partial<A>> => {
  const configs = Record.map(options, (option) => (Config.isConfig(option) ? option : Config.succeed(option)))
  // `Config.all` throws on an empty record.
  const values: Config.Config<object> = Record.isEmptyRecord(configs) ? Config.succeed({}) : Config.all(configs)
  // Each given option became its value, and there are no others: a part of `A`.
  return values as Config.Config<Partial<A>>
}
