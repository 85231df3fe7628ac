// The permitted directions of imports. `npm run build` fails on a violation.
const upward = (from, forbidden) => ({
  name: `${from}-imports-nothing-above-it`,
  severity: "error",
  from: { path: `^packages/${from}/src` },
  to: {
    path: `^(${forbidden.map((name) => `packages/${name}/|node_modules/@effect-glowmarkt/${name}`).join("|")}|examples/)`
  }
})

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    upward("core", ["runner", "simulator", "cluster", "cli"]),
    upward("runner", ["simulator", "cluster", "cli"]),
    upward("simulator", ["runner", "cluster", "cli"]),
    upward("cluster", ["simulator", "cli"]),
    {
      name: "core-runs-in-browsers",
      comment: "What the main entry reaches must not need Node. Node-only code has the entry core/node.",
      severity: "error",
      from: { path: "^packages/core/src/index\\.ts$" },
      to: {
        reachable: true,
        path: "^(node:|packages/core/src/(node|NodeTransport)\\.ts|packages/core/src/internal/transport/node/|node_modules/(@effect/platform-node|undici))"
      }
    },
    {
      name: "core-runs-in-browsers-builtins",
      severity: "error",
      from: {
        path: "^packages/core/src",
        pathNot: "^packages/core/src/(node\\.ts|NodeTransport\\.ts|internal/transport/node/)"
      },
      to: { dependencyTypes: ["core"] }
    },
    {
      name: "no-cycles",
      comment: "Type imports included: a type that both sides need belongs in the lower module.",
      severity: "error",
      from: { path: "^packages" },
      to: { circular: true }
    },
    {
      name: "internal-stays-internal",
      severity: "error",
      from: { path: "^(packages/([^/]+)/src|examples)" },
      to: { path: "^packages/([^/]+)/src/internal", pathNot: "^packages/$2/" }
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } }
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.base.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["source", "import", "types", "default"] }
  }
}
