/**
 * What every package builds on: clock, services, back-off, coded errors, logging, meters, files, child processes and
 * the reading of configuration files. Imports nothing of the project.
 */
export * from './atomic-file.ts';
export * from './backoff.ts';
export * from './bucket-counts.ts';
export * from './cli/index.ts';
export * from './clock.ts';
export * from './config-file/index.ts';
export * from './duration-text.ts';
export * from './error.ts';
export * from './keep-delivering.ts';
export * from './kept-json.ts';
export * from './log-throttle.ts';
export * from './logger.ts';
export * from './mailbox.ts';
export * from './printable.ts';
export * from './private-files.ts';
export * from './process/index.ts';
export * from './quantile-window.ts';
export * from './rate-meter.ts';
export { Redactor, redactUrls } from './redact.ts';
export * from './answer-within.ts';
export * from './service.ts';
export * from './service-group.ts';
export * from './unit-table.ts';
export { encodeUserPart, secretsOfUrl, splitLogin, type UrlLogin, urlLogin } from './url-text.ts';
