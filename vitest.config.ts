import { defineConfig } from 'vitest/config';

const conditions = ['source'];
const common = {
  pool: 'forks' as const,
  // Only for a test that hangs: what a test waits for has a deadline of its own, which a busy machine extends.
  testTimeout: 600_000,
  hookTimeout: 600_000,
};

/** Complete lines with cameras, brokers and browsers: two at a time, because they wait more than they compute. */
const COMPLETE_LINES = ['tests/{flow,e2e,chaos,browser}/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          ...common,
          name: 'modules',
          include: ['**/src/**/*.test.ts', 'scripts/**/*.test.ts', 'tests/support/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: ['**/node_modules/**', '**/dist/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          ...common,
          name: 'lines',
          include: COMPLETE_LINES,
          exclude: ['**/node_modules/**', '**/dist/**'],
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
