import { writeFile } from 'node:fs/promises';
import type { ReplayOptions } from '../../edge/src/app/index.ts';
import { readRecordedSignals } from '../../edge/src/app/index.ts';
import type { Detection, Inspection } from '../../edge/src/domain/index.ts';
import { type Plant, PlantSimulation, signalLineOf, signalRecording, type Stop } from '@lineside/twin';
import type { Cell } from './cells.ts';
import { digest, type Store } from './store.ts';

/** What a plant signals, and what a camera beside it detects. */
export interface PlantRecording {
  /** Digest of everything that decides it. */
  readonly name: string;
  readonly plant: Plant;
  readonly seed: number;
  readonly seconds: number;
  readonly camera: string;
  readonly fps: number;
}

const PICTURE = { width: 640, height: 360 } as const;
/** Pixels a second, and from product to product. */
const BELT_SPEED = 60;
const PITCH = 160;
const PRODUCT = { width: 50, top: 100, bottom: 300 } as const;

/** The plant of a cell and the truth of it, written where the run keeps its files. Nothing is drawn. */
export async function recordPlant(
  { id, scene, condition, seed, seconds }: Cell,
  store: Store,
): Promise<{ readonly video: string; readonly truth: string; readonly plant: PlantRecording }> {
  const plant = scene.plants?.[condition.id];
  if (plant === undefined) throw new RangeError(`the scene ${scene.id} has no plant for ${condition.id}`);
  const name = digest(plant, seed, seconds);
  const truth = `${store.folder}/${id}.${name}.truth.json`;
  await writeFile(truth, JSON.stringify({ incidents: [], events: truthOf(plant, seed, seconds) }));
  const recording = { name, plant, seed, seconds, camera: scene.camera.id, fps: scene.fps };
  return { video: '', truth, plant: recording };
}

/** A recording as a replay takes it. */
export function playedBack(recording: PlantRecording): Pick<ReplayOptions, 'signals' | 'inspections'> {
  const { plant, seed, seconds } = recording;
  const lines = Array.from(signalRecording(plant, seed, seconds), signalLineOf);
  return { signals: readRecordedSignals(lines.join('\n'), 'the plant'), inspections: inspectionsOf(recording) };
}

/** Stops, and of each weight that arrives with a value the true one. */
function truthOf(plant: Plant, seed: number, seconds: number): readonly object[] {
  const simulation = new PlantSimulation(plant, seed);
  simulation.until(seconds);
  const items = new Map(simulation.items.map((item) => [item.atSeconds, item]));
  const weights = Array.from(signalRecording(plant, seed, seconds)).flatMap(({ atSeconds, change }) => {
    const item = change?.signal === 'weight' && change.bad === undefined ? items.get(change.atSeconds) : undefined;
    if (item === undefined) return [];
    const attributes = { trueGrams: item.trueGrams, nominalGrams: item.product.nominalGrams };
    return [{ kind: 'weight', subject: `pack-${item.number}`, start: atSeconds, end: atSeconds, attributes }];
  });
  const stops = simulation.stops.map(({ reason, startSeconds, endSeconds }, index) => ({
    ...{ kind: 'stop', subject: `stop-${index}`, start: startSeconds, end: endSeconds, attributes: { reason } },
  }));
  return [...stops, ...weights];
}

/** A camera that sees every product of the belt, which moves while the line runs. */
function* inspectionsOf({ plant, seed, seconds, camera, fps }: PlantRecording): Generator<Inspection> {
  const simulation = new PlantSimulation(plant, seed);
  simulation.until(seconds);
  let travelled = 0;
  for (let index = 0; index <= seconds * fps; index += 1) {
    const at = index / fps;
    if (!isStopped(simulation.stops, at)) travelled += BELT_SPEED / fps;
    yield {
      frame: { camera, index, atMs: at * 1000, ...PICTURE },
      model: 'defect',
      result: { status: 'ok', detections: productsAt(travelled) },
      times: { waitMs: 0, inferMs: 0, decodeMs: 0 },
    };
  }
}

function isStopped(stops: readonly Stop[], seconds: number): boolean {
  return stops.some(({ startSeconds, endSeconds }) => seconds >= startSeconds && seconds < endSeconds);
}

function productsAt(travelled: number): readonly Detection[] {
  const first = travelled % PITCH;
  return Array.from({ length: 4 }, (_, k) => first + k * PITCH).map((x) => ({
    ...{ label: 'product', classId: 0, score: 0.9 },
    box: [x - PRODUCT.width / 2, PRODUCT.top, x + PRODUCT.width / 2, PRODUCT.bottom],
  }));
}
