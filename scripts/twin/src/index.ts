/**
 * The twin: a simulated line whose camera frames, incidents and ground truth all follow from one declaration and its
 * seed. For tests, demonstrations and training.
 */
export {
  type CameraDeclaration,
  INCIDENT_KINDS,
  type Incident,
  type IncidentKind,
  type Line,
  LineError,
  loadLine,
  parseLine,
  plantEvents,
  Scene,
  SCENES,
  type SceneKind,
  TRUTH_KINDS,
  type TruthEvent,
  type TruthKind,
} from './scenes/index.ts';
export { CLASSES, drawStill, type Looks, renderFile, type Still, writeStills, yoloLabels } from './output/index.ts';
export {
  type Item,
  type Plant,
  PLANT_FAULTS,
  type PlantFault,
  PlantSimulation,
  type SignalChange,
  type SignalName,
  SIGNALS,
  signalLineOf,
  signalRecording,
  type SentSignal,
  type Stop,
} from './plant/index.ts';
export { PRINT_FAULTS, type PrintFault, type PrintVerdict } from './printing/index.ts';
export { CONDITIONS, type Condition, STYLE_NAMES, type StyleName, STYLES } from './styles/index.ts';
export { checkEffects, type CheckReport, type Finding } from './check/index.ts';
export { type Format, FORMATS, plantTables, readTables, rowsOf, type Table, writeTables } from './tables/index.ts';
export type { Box } from './raster/index.ts';
