/** Child processes, and this process's own life: entry files and systemd. */
export * from './entry.ts';
export * from './fair-deadline.ts';
export * from './kept-process.ts';
export * from './life-signs.ts';
export * from './line-splitter.ts';
export * from './output-tail.ts';
export * from './own-time.ts';
export * from './parent.ts';
export * from './process-options.ts';
export * from './read-life-signs.ts';
export * from './run-program.ts';
export * from './supervised-process.ts';
export * from './systemd-notifier.ts';
