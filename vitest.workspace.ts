import { fileURLToPath } from "node:url"
import { defineConfig } from "vitest/config"

const packages = ["core", "simulator", "runner", "cli"]

export default defineConfig({
  test: {
    projects: packages.map((name) => ({
      // The packages' exports offer their sources under this condition: tests never run against a stale build.
      resolve: { conditions: ["source"] },
      ssr: { resolve: { conditions: ["source"], externalConditions: ["source"] } },
      test: {
        name,
        root: `packages/${name}`,
        include: ["test/**/*.test.ts"],
        setupFiles: [fileURLToPath(new URL("vitest.equality.ts", import.meta.url))],
        testTimeout: 30_000
      }
    }))
  }
})
