/**
 * Returns whether a system code means that the server's certificate was rejected. In that case the
 * request was not sent.
 */
export const isCertificateRejected = (code: string): boolean => /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/i.test(code)

/**
 * Returns whether a system code means that the server's certificate was issued by an unknown
 * authority, such as a company's own.
 *
 * @example
 * ```ts
 * import { GlowmarktError } from "@effect-glowmarkt/core"
 *
 * const needsCertificateFile = (error: GlowmarktError.TransportError) =>
 *   GlowmarktError.isUntrustedIssuer(error.code)
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isUntrustedIssuer = (code: string): boolean =>
  /SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/.test(code)

/**
 * Returns whether a system code means that no TLS connection is possible: the certificate was
 * rejected, or the server does not use TLS.
 *
 * @example
 * ```ts
 * import { GlowmarktError } from "@effect-glowmarkt/core"
 *
 * GlowmarktError.isTlsFailure("CERT_HAS_EXPIRED") // true
 * GlowmarktError.isTlsFailure("ECONNREFUSED") // false
 * ```
 *
 * @since 0.1.0
 * @category combinators
 */
export const isTlsFailure = (code: string): boolean => isCertificateRejected(code) || /SSL|TLS/i.test(code)
