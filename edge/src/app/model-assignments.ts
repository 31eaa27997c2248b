import { type CameraConfig, modelIdsOf, periodMs } from '../config/index.ts';
import { type LeastScores, type Region, regionAround } from '../domain/index.ts';
import type { ModelAssignment, MotionPlan } from '../vision/index.ts';
import type { LineModel } from './models.ts';

/** The model assignments of one camera as the vision process takes them; models that were refused are left out. */
export function assignmentsOf(camera: CameraConfig, models: readonly LineModel[]): readonly ModelAssignment[] {
  const found = new Map(models.flatMap((model) => (model.state === 'found' ? [[model.id, model.threshold]] : [])));
  return modelIdsOf(camera)
    .filter((id) => found.has(id))
    .map((id) => assignmentOf(camera, id, found));
}

/** The models of one camera that were refused, and how often they should have run. */
export function refusedAssignmentsOf(
  camera: CameraConfig,
  models: readonly LineModel[],
): readonly Pick<ModelAssignment, 'model' | 'fps'>[] {
  const refused = new Set(models.flatMap((model) => (model.state === 'refused' ? [model.id] : [])));
  return modelIdsOf(camera)
    .filter((id) => refused.has(id))
    .map((id) => {
      const period = periodMs(camera, id);
      return period > 1000 / camera.fps ? { model: id, fps: 1000 / period } : { model: id };
    });
}

function assignmentOf(camera: CameraConfig, id: string, thresholds: ReadonlyMap<string, LeastScores>): ModelAssignment {
  const stage = camera.stages.find(({ model }) => model === id);
  if (stage !== undefined) {
    const { source, labels, padding, maxDetections, refines } = stage;
    return {
      model: id,
      secondStage: { source, labels, leastScores: thresholds.get(source), padding, maxDetections, refines },
    };
  }
  const assignment = camera.models.find((candidate) => candidate.id === id);
  const { fps, interval, region, tiles } = assignment ?? { id };
  const rate = interval === undefined ? fps : 1000 / interval.ms;
  return {
    model: id,
    ...(rate === undefined ? {} : { fps: rate }),
    ...(region === undefined ? {} : { region: regionOf(camera, region) }),
    ...(tiles === undefined ? {} : { tiles }),
  };
}

/** Which frames of a camera show something new, where it is configured that the others are not inspected. */
export function motionOf({ motion, zones }: CameraConfig): { readonly motion?: MotionPlan } {
  if (motion === undefined) return {};
  const { change, floor } = motion;
  const watched = zones.filter(({ id }) => motion.zones.includes(id));
  return { motion: { change, floorMs: floor.ms, zones: watched } };
}

function regionOf({ zones }: CameraConfig, region: string | Region): Region | undefined {
  if (typeof region !== 'string') return region;
  const polygon = zones.find(({ id }) => id === region)?.polygon;
  return polygon === undefined ? undefined : regionAround(polygon);
}
