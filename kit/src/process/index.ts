/** Child processes and the process's own life: entry files, systemd. */
export * from './entry.ts';
export * from './systemd-notifier.ts';
