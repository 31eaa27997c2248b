/**
 * What people and programs on site see: the status page, its API, live pictures, /healthz, /metrics, and the same over
 * the control socket for the command line. Owns the type `Snapshot`; knows no other module, it asks for a `StatusSource`.
 */
export type * from './access-port.ts';
export type { AcceptedCamera, CameraLog } from './camera-answers.ts';
export type { AcknowledgementView, LogLine, ShapesChange } from './device-answers.ts';
export * from './client/index.ts';
export { isHostAllowed, SECURITY_HEADERS } from './guard.ts';
export type { FeedView, PlantServerView } from './feeds.ts';
export { type Finding, type Health, type HealthWord, healthOf } from './health.ts';
export { type CameraFacts, inspectingWord, isFresh } from './inspecting.ts';
export { type StatusAddress, StatusServer, type StatusServerOptions } from './server.ts';
export { shapesBody } from './schema.ts';
export type { OutputLatency, OutputView, PlantWrite } from './outputs.ts';
export type { CleaningConfirmation, CleaningView, ConfirmedCleaning } from './cleaning.ts';
export type { ConfirmedService, ServiceConfirmation, ServiceLimitView, ServiceView } from './service.ts';
export type { ProductionView, UpdateView } from './snapshot.ts';
export type { TeachingChange } from './teaching.ts';
export type { PushedReading, SignalView } from './signals.ts';
export * from './snapshot.ts';
export type { EventPage, EventQuery, PictureOptions, PictureShot, StatusSource, UpdatesChange } from './source.ts';
