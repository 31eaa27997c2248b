/** What the simulated cameras show: products on a belt, people in a packing hall, a floor; declared in one line file. */
export { INCIDENT_KINDS, type Incident, type IncidentKind } from './incident.ts';
export { type CameraDeclaration, type Line, LineError, loadLine, parseLine } from './line.ts';
export { Scene } from './scene.ts';
export { Stage } from './stage.ts';
export { SCENES, type SceneKind, trainingPlay } from './training.ts';
export { opticsFor } from './view.ts';
