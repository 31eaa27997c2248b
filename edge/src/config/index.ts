/**
 * The one configuration file: its schema, which is also its documentation; loading that reports all errors together;
 * the last good one; what a change restarts. Knows nothing of the modules that it configures.
 */
export * from './address.ts';
export * from './apply-recipe.ts';
export * from './broker-access.ts';
export * from './config.ts';
export * from './describe.ts';
export * from './diff.ts';
export { type CodesEdit, editCodes } from './edit-codes.ts';
export { editLine, type LineEdit } from './edit-line.ts';
export { editTaught, type TaughtUse } from './edit-taught.ts';
export { type CameraEdit, editCamera, type OptionValue, saveConfig } from './edit-camera.ts';
export * from './distance.ts';
export * from './errors.ts';
export type { Finding } from './issues.ts';
export * from './last-good.ts';
export * from './load.ts';
export * from './missing-secrets.ts';
export * from './model-period.ts';
export { RENAMES, type Rename, VALUE_RENAMES } from './renames.ts';
export { TILE_OVERLAP } from './slices/camera-models.ts';
export { PROVIDERS, type ProviderName } from './slices/inference.ts';
export * from './shift-plan.ts';
export * from './show.ts';
export * from './watch.ts';
export { type Starter, starterConfig, type StarterOptions } from './starter.ts';
