/**
 * Conditions that any rule can have: when it is in force, and which objects count by their size and place.
 */
export { InForce, type InForceOptions, type ScheduleWindow, type WallTime } from './in-force.ts';
export { ObjectFilter, type ObjectFilterOptions } from './object-filter.ts';
