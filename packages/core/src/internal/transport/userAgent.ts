/** Who calls, for the provider's logs. Browsers put their own in its place. */
export const userAgent = "effect-glowmarkt/0.1.0"
