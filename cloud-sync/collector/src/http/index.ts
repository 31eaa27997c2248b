/**
 * HTTP: the page, the API, metrics and health for people and programs; uploads of pictures for devices.
 */
export * from './access.ts';
export * from './api.ts';
export * from './device-links.ts';
export { openEnrolment, type EnrolmentServer, type EnrolmentServerOptions } from './enrolment.ts';
export * from './listen.ts';
export * from './media.ts';
export type { PlanAnswer, PlanOptions } from './plan.ts';
export * from './problem.ts';
export type { ReleaseOptions } from './releases.ts';
export type { HttpOptions } from './server.ts';
