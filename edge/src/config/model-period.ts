import type { CameraConfig } from './config.ts';

/** Milliseconds between two results of a model on a camera that keeps up, at most: where nothing moves. */
export function periodMs(camera: CameraConfig, id: string): number {
  return Math.max(camera.motion?.floor.ms ?? 0, busyPeriodMs(camera, id));
}

/** The same while everything moves: as often as a model runs at most. */
export function busyPeriodMs(camera: CameraConfig, id: string): number {
  const first = camera.stages.find(({ model }) => model === id)?.source ?? id;
  const { fps, interval } = camera.models.find((candidate) => candidate.id === first) ?? {};
  return Math.max(1000 / camera.fps, interval?.ms ?? (fps === undefined ? 0 : 1000 / fps));
}
