/**
 * The main entry as it is published. With another major of `effect`, linking fails before any code
 * can check a version, and the runtime's error names the importing module. So this module imports,
 * first, a module that only effect 3 has, and its own name says what to do.
 */
import "effect/Either"

export * from "../index.js"
