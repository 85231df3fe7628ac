import { fileURLToPath } from "node:url"
import { defineWorkspace } from "vitest/config"

const packages = ["core", "simulator", "runner", "cluster", "cli", "workshop"]

export default defineWorkspace(
  packages.map((name) => ({
    // Resolves packages to their sources, so tests do not depend on a build.
    resolve: { conditions: ["source"] },
    ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
    test: {
      name,
      root: `packages/${name}`,
      include: ["test/**/*.test.ts"],
      setupFiles: [fileURLToPath(new URL("packages/workshop/equality.ts", import.meta.url))],
      testTimeout: 30_000,
      // Starts PostgreSQL for the tests that need it.
      ...(name === "cluster" || name === "cli" ? { globalSetup: ["../cluster/test/support/globalSetup.ts"] } : {})
    }
  }))
)
