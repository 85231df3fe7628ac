/** Drops fields whose value is `undefined`. */
export const definedFields = <A extends object>(fields: { readonly [K in keyof A]?: A[K] | undefined }): Partial<A> => {
  const defined: Partial<A> = {}
  for (const key in fields) {
    const value = fields[key]
    if (value !== undefined) {
      defined[key] = value
    }
  }
  return defined
}
