import { execFile } from 'node:child_process';
import { rename, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import type { Line } from '@lineside/twin';
import type { Cell } from './cells.ts';
import { type PlantRecording, recordPlant } from './plant-recording.ts';
import { digest, digestOfFolders, type Store } from './store.ts';

const TWIN = new URL('../../scripts/twin/src/cli/index.ts', import.meta.url).pathname;
/** What decides how a picture looks: a change of it makes films of earlier runs void. */
const PICTURES = digestOfFolders('scripts/twin/src/raster', 'scripts/twin/src/scenes', 'scripts/twin/src/styles');
const SIZE = { width: 640, height: 360 };
const run = promisify(execFile);

/** A cell's film and the file with what it truly shows. */
export interface Film {
  readonly video: string;
  readonly truth: string;
  /** Present where there are no pictures: what the plant signals. */
  readonly plant?: PlantRecording;
}

/** The declaration of a cell's line: the scene's camera as its condition changes it. */
export function lineOf({ scene, condition, seed }: Cell): Line {
  const camera = condition.camera?.(scene.camera) ?? scene.camera;
  return { seed, size: SIZE, fps: scene.fps, periodSeconds: scene.periodSeconds, cameras: [camera] };
}

/**
 * Renders a cell's film in a process of its own, with its truth, or takes the one that an earlier run has rendered of
 * the same line. Throws where the twin or FFmpeg does not end well.
 */
export async function renderFilm(cell: Cell, store: Store, signal: AbortSignal): Promise<Film> {
  if (cell.scene.medium === 'signals') return recordPlant(cell, store);
  const line = JSON.stringify(lineOf(cell));
  const name = `${cell.scene.id}.${cell.condition.id}.${digest(line, cell.seconds, PICTURES)}`;
  const [video, truth, drawn, declared] = ['mp4', 'truth.json', 'drawn.mp4', 'line.yaml'].map(
    (end) => `${store.folder}/${name}.${end}`,
  ) as [string, string, string, string];
  if (store.finished(`${name}.mp4`) !== undefined) return { video, truth };
  await writeFile(declared, line);
  const wanted = ['--camera', cell.scene.camera.id, '--seconds', `${cell.seconds}`, '--out', drawn, '--truth', truth];
  await run(process.execPath, ['--conditions=source', TWIN, 'render', '--line', declared, ...wanted], { signal });
  await rename(drawn, video);
  await rm(declared);
  return { video, truth };
}
