import { defineConfig } from "vitest/config";

/** Tests that boot machines or build images live in `test/slow/`, one process each. */
const slow = ["packages/*/test/slow/**/*.test.ts", "apps/*/test/slow/**/*.test.ts"];
const shared = {
  resolve: { conditions: ["@astralisp/source", "node", "import", "default"] },
};

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        ssr: shared,
        test: {
          name: "pure",
          include: [
            "packages/*/test/**/*.test.ts",
            "apps/*/test/**/*.test.ts",
            "scripts/test/**/*.test.ts",
          ],
          exclude: [...slow, "**/node_modules/**"],
          pool: "threads",
          isolate: false,
          maxWorkers: 2,
          testTimeout: 30_000,
        },
      },
      {
        ...shared,
        ssr: shared,
        test: {
          name: "slow",
          include: slow,
          pool: "forks",
          maxWorkers: 1,
          testTimeout: 300_000,
        },
      },
    ],
  },
});
