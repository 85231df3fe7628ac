/**
 * The word `-`. The library takes it for an option that it does not know, so it goes in under another name.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category constants
 */
export const word = "standard input (-)"

/**
 * The arguments as the library can read them.
 *
 * @since 0.1.0
 * @category reading
 */
export const spelled = (args: ReadonlyArray<string>): ReadonlyArray<string> => {
  const end = args.indexOf("--")
  return args.map((arg, index) => (arg === "-" && (end === -1 || index < end) ? word : arg))
}
