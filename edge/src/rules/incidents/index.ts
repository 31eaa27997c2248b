/**
 * The life of incidents that every rule which judges over time has in common: when one opens, continues and closes, and
 * what its events report.
 */
export { Incident } from './incident.ts';
export { type Details, type IncidentFacts, IncidentState, type Observation, type Sighting } from './incident-state.ts';
export { IncidentTracker, type OwnFacts, type Subject } from './incident-tracker.ts';
