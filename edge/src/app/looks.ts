import type { CameraConfig } from '../config/index.ts';
import { type Region, regionAround } from '../domain/index.ts';
import type { ModelUse } from '../vision/index.ts';
import type { LineModel } from './models.ts';

/** How the models of one camera look at it, in the vision room's words; models that were refused are left out. */
export function usesOf(camera: CameraConfig, models: readonly LineModel[]): readonly ModelUse[] {
  const found = new Map(models.flatMap((model) => (model.state === 'found' ? [[model.id, model.threshold]] : [])));
  return camera.models.filter((id) => found.has(id)).map((id) => useOf(camera, id, found));
}

/** The models of one camera that were refused, and how often they were meant to look. */
export function absentOf(
  camera: CameraConfig,
  models: readonly LineModel[],
): readonly Pick<ModelUse, 'model' | 'fps'>[] {
  const refused = new Set(models.flatMap((model) => (model.state === 'refused' ? [model.id] : [])));
  return camera.models
    .filter((id) => refused.has(id))
    .map((id) => {
      const periodOf = periodMs(camera, id);
      return periodOf > 1000 / camera.fps ? { model: id, fps: 1000 / periodOf } : { model: id };
    });
}

function useOf(camera: CameraConfig, id: string, thresholds: ReadonlyMap<string, number>): ModelUse {
  const { looks = [], stages = [] } = camera;
  const stage = stages.find(({ model }) => model === id);
  if (stage !== undefined) {
    const { after, labels, margin, most } = stage;
    return { model: id, after: { model: after, labels, score: thresholds.get(after), margin, most } };
  }
  const look = looks.find((candidate) => candidate.id === id);
  if (look === undefined) return { model: id };
  const fps = look.everyMs === undefined ? look.fps : 1000 / look.everyMs;
  return { model: id, fps, region: regionOf(camera, look.region), tiles: look.tiles };
}

function regionOf({ zones }: CameraConfig, region: string | Region | undefined): Region | undefined {
  if (typeof region !== 'string') return region;
  const polygon = zones.find(({ id }) => id === region)?.polygon;
  return polygon === undefined ? undefined : regionAround(polygon);
}

/** Milliseconds between two results of a model on a camera that keeps up. */
export function periodMs(camera: CameraConfig, id: string): number {
  const { looks = [], stages = [], fps } = camera;
  const first = stages.find(({ model }) => model === id)?.after ?? id;
  const look = looks.find((candidate) => candidate.id === first);
  return Math.max(1000 / fps, look?.everyMs ?? (look?.fps === undefined ? 0 : 1000 / look.fps));
}
