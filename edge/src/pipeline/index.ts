/**
 * One lane per camera: results in, tracks, rules, events out to the recorder. Knows only its ports.
 */
export * from './lanes.ts';
export * from './ports.ts';
export * from './state.ts';
export type { LaneLimits, LaneModel, LaneSetup } from './lane.ts';
export { LANE_LIMITS } from './lane.ts';
export { isBlind } from './blind-picture.ts';
