/** What the simulated cameras show: products on a belt, people in a packing hall, a floor; declared in one line file. */
export { INCIDENT_KINDS, type Incident, type IncidentKind } from './incident.ts';
export { type CameraDeclaration, type Line, LineError, loadLine, parseLine } from './line.ts';
export { type Garment, GARMENT_LABELS, GARMENTS } from './people/garments.ts';
export { BELT_UNITS, productFlow, speedOf } from './product/belt.ts';
export type { Flow } from './product/flow.ts';
export { Scene } from './scene.ts';
export { plantEvents } from './plant-events.ts';
export { Stage } from './stage.ts';
export { TRUTH_KINDS, type TruthEvent, type TruthKind } from './truth.ts';
export { SCENES, type SceneKind, trainingPlay } from './training.ts';
export { opticsFor } from './view.ts';
