/**
 * The files an audit can be written to.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export const all = ["json", "ndjson", "csv", "html"] as const

/**
 * @since 0.1.0
 * @category models
 */
export type Format = (typeof all)[number]
