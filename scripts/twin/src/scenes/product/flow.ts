import type { PackLabel, PlantFault } from '../../plant/index.ts';
import type { DefectKind } from './bottle.ts';

/** How bottles move along the belt. Distances in units from the middle of the picture, positive where they leave. */
export interface Flow {
  /** Numbers of the bottles that may be within `reach` of the middle at a moment, in the order of the belt. */
  near(seconds: number, reach: number): readonly number[];
  /** Numbers of the bottles that may cross the middle in [from, to]. */
  crossing(from: number, to: number): readonly number[];
  /** Where bottle k is. */
  at(k: number, seconds: number): number;
  /** When bottle k is at a distance. */
  when(k: number, distance: number): number;
  /** How far the belt has travelled since the beginning. */
  travelled(seconds: number): number;
  defect(k: number): DefectKind | undefined;
  /** What a plant has printed on bottle k, and its fault; undefined without a plant. */
  label?(k: number): { readonly label: PackLabel; readonly fault: PlantFault | undefined } | undefined;
}
