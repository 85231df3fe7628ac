/**
 * The argument `-`. The library takes `-` for an unknown option, so a placeholder replaces it.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category constants
 */
export const placeholder = "standard input (-)"

/**
 * Returns the arguments with each `-` replaced by the placeholder.
 *
 * @since 0.1.0
 * @category constructors
 */
export const encodeArgs = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = args.indexOf("--")
  return args.map((arg, index) => (arg === "-" && (end === -1 || index < end) ? placeholder : arg))
}
