/**
 * Whether lines are inspected, now and at any time before: calculated from the telemetry records as they are stored, so
 * that it is as trustworthy as they are. Pure functions of records, except for the reading of long intervals in steps.
 */
export * from './device-inspection.ts';
export * from './inspection-state.ts';
export * from './read-coverage.ts';
