/**
 * The argument `-`. The library takes it for an unknown option, so it is replaced by a placeholder.
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
