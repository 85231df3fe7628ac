/**
 * The package's published entry point. With another major version of `effect`, linking fails before
 * any code can check a version, and the runtime's error names the importing module. So this module
 * first imports a module that only effect 3 has, and its own name says what to do.
 */
import "effect/Either"

export * from "../index.js"
