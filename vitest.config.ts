import { defineConfig } from 'vitest/config';

const conditions = ['source'];
const common = {
  pool: 'forks' as const,
  testTimeout: 60_000,
  hookTimeout: 120_000,
};

/** Whole lines with cameras, brokers, browsers: one after the other, or they take each other's processor away. */
const WHOLE = ['tests/{flow,e2e,chaos,browser}/**/*.test.ts'];

export default defineConfig({
  test: {
    projects: [
      {
        resolve: { conditions },
        ssr: { resolve: { conditions } },
        test: {
          ...common,
          name: 'rooms',
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
          name: 'whole',
          include: WHOLE,
          exclude: ['**/node_modules/**', '**/dist/**'],
          maxWorkers: 1,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
