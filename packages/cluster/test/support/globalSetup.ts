import type { TestProject } from "vitest/node"
import { startServer } from "../../../workshop/postgres.js"

declare module "vitest" {
  interface ProvidedContext {
    /** Empty if PostgreSQL is not installed. */
    readonly postgresUrl: string
  }
}

/** One server for all test files; each test creates its own database. */
export default async function setup(project: TestProject) {
  const server = await startServer()
  if (server === undefined && process.env["CI"] !== undefined) throw new Error("the tests need PostgreSQL")
  project.provide("postgresUrl", server?.url ?? "")
  return server?.remove
}
