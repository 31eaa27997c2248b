/**
 * The twin: a simulated line whose cameras' pictures, incidents and ground truth all follow from one declaration and
 * its seed. For tests, demonstrations and training.
 */
export { INCIDENT_KINDS, type Incident, type IncidentKind } from './incident.ts';
export { type CameraDeclaration, type Line, LineError, loadLine, parseLine } from './line.ts';
export type { Box } from './raster/objects.ts';
export { Scene } from './scene.ts';
export { CLASSES, drawStill, type Still, writeStills, yoloLabels } from './stills.ts';
export { SCENES, type SceneKind } from './training.ts';
