/** What the command lines of all programs have in common: exit codes, completion, manual pages. Runs no command. */
export type { CommandShape } from './command-shape.ts';
export { completionScript, SHELLS, type Shell } from './completion.ts';
export { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.ts';
export { manualPage } from './manual-page.ts';
