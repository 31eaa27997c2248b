import type { Reporter, TestCase } from 'vitest/node';

/** How much of one failure is printed. */
const CHARACTERS = 1500;

/** Prints each failure when it happens: vitest itself does so at the end, and a run that is stopped has none. */
export default class PrintFailures implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { errors = [] } = test.result();
    for (const { message, diff, stack } of errors) {
      const text = [message, diff, stack].filter((part) => part !== undefined).join('\n');
      console.log(`failed: ${test.module.relativeModuleId}: ${test.fullName}`);
      console.log(text.slice(0, CHARACTERS).replaceAll(/^/gm, '  '));
    }
  }
}
