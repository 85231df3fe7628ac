/**
 * The parameter of every `layerConfig`: any of the options, each as a value or a `Config`. Options
 * that are not given come from the environment.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Record from "effect/Record"

/**
 * Any of the options `A`, each as a value or a `Config`.
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
 * Makes the `Config` of one option: the given value or `Config`, or else the one that reads the
 * environment.
 *
 * @example
 * ```ts
 * import { PartialConfig } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * const port = (given?: number) => PartialConfig.orElse(given, Config.integer("PORT"))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const orElse = <A>(given: A | Config.Config<A> | undefined, environment: Config.Config<A>): Config.Config<A> =>
  given === undefined ? environment : isConfig(given) ? given : Config.succeed(given)

/**
 * Combines the given options into one `Config`.
 *
 * @example
 * ```ts
 * import { PartialConfig } from "@effect-glowmarkt/core"
 * import { Config } from "effect"
 *
 * interface Options {
 *   readonly pageSize: number
 *   readonly title: string
 * }
 *
 * const options = PartialConfig.all<Options>({ title: "March", pageSize: Config.integer("PAGE_SIZE") })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const all = <A extends object>(options: PartialConfig<A>): Config.Config<Partial<A>> => {
  const configs = Record.map(options, (option) => (Config.isConfig(option) ? option : Config.succeed(option)))
  // `Config.all` throws on an empty record.
  const values: Config.Config<object> = Record.isEmptyRecord(configs) ? Config.succeed({}) : Config.all(configs)
  // Safe: every property of `options` is an option of `A`, and each was replaced with its value.
  return values as Config.Config<Partial<A>>
}
