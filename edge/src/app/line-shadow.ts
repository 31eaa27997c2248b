import { appendFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { type Clock, type Logger, messageOf } from '@lineside/kit';
import { importedDir } from '@lineside/models';
import { type LoadedConfig, modelIdsOf } from '../config/index.ts';
import type { Inspection as Result, ModelStatus, Track } from '../domain/index.ts';
import type { Overlay, VisionListener } from '../pipeline/index.ts';
import {
  addFigures,
  type Difference,
  judgeShadow,
  ShadowComparison,
  type ShadowFigures,
  showsEnough,
  unsteadyOf,
} from '../shadow/index.ts';
import { type Shadow, type ShadowRecord, UpdateError } from '../updates/index.ts';
import type { Inspection } from './inspection.ts';
import { trackerFor } from './lane-setup.ts';
import { findModel, type LineModel, reportsObjects } from './models.ts';
import { isShadow, shadowId, type ShadowModel } from './shadow-plan.ts';

export interface LineShadowParts {
  readonly loaded: () => LoadedConfig;
  readonly dataDir: string;
  readonly inspection: Inspection;
  readonly clock: Clock;
  readonly log: Logger;
}

const MOST_PICTURES = 40;
/** Between two pictures of a camera: the frames after a difference mostly show the same. */
const PICTURE_EVERY_MS = 2_000;
const PICTURE_MS = 5_000;
const PICTURE_WIDTH = 1280;

type Found = Extract<LineModel, { state: 'found' }>;

/** Folder of the pictures of frames on which a bundle and the model before it differed. */
export function shadowFolder(dataDir: string, bundle: string): string {
  return join(dataDir, 'updates', 'shadow', bundle);
}

/**
 * Runs the bundle in `dir` beside every model of the line that is to become it. Undefined where no camera uses one, or
 * none of them runs. Throws UpdateError `update_bundle_invalid` where the line cannot run it.
 */
export async function lineShadow(parts: LineShadowParts, id: string, dir: string): Promise<Shadow | undefined> {
  const { loaded, dataDir, inspection } = parts;
  const { config, baseDir } = loaded();
  const used = new Set(config.cameras.flatMap((camera) => modelIdsOf(camera)));
  const pairs: Pair[] = [];
  for (const model of config.models) {
    const current = inspection.models.find((one) => one.id === model.id);
    if (model.ref !== id || !used.has(model.id) || current?.state !== 'found') continue;
    const candidate = await findModel({ ...model, ref: dir }, { baseDir, importedDir: importedDir(dataDir) });
    if (candidate.state === 'refused') throw new UpdateError('update_bundle_invalid', candidate.message);
    pairs.push({ current, candidate });
  }
  if (pairs.length === 0) return undefined;
  const shadow = new LineShadow(parts, pairs, shadowFolder(dataDir, basename(dir)));
  await shadow.begin();
  return shadow;
}

interface Pair {
  readonly current: Found;
  readonly candidate: Found;
}

class LineShadow implements Shadow {
  readonly #parts: LineShadowParts;
  readonly #pairs: readonly Pair[];
  readonly #folder: string;
  /** By camera and model. */
  readonly #comparisons = new Map<string, ShadowComparison>();
  readonly #picturedMs = new Map<string, number>();
  #pictures = 0;
  #failure: string | undefined;
  #writing: Promise<unknown> = Promise.resolve();

  constructor(parts: LineShadowParts, pairs: readonly Pair[], folder: string) {
    this.#parts = parts;
    this.#pairs = pairs;
    this.#folder = folder;
  }

  async begin(): Promise<void> {
    await rm(join(this.#folder, '..'), { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true, mode: 0o750 });
    const shadows = this.#pairs.map(
      ({ current, candidate }): ShadowModel => ({
        of: current.id,
        spec: { ...candidate.spec, id: shadowId(current.id), background: true },
      }),
    );
    const listener: Partial<VisionListener> = {
      inspection: (result) => this.#take(result),
      model: (status) => this.#status(status),
    };
    await this.#parts.inspection.shadow(shadows, listener);
  }

  figures(): ShadowRecord {
    const sum = this.#sum;
    const { results, differing, steady, found, added, failed } = sum;
    const unsteady = { current: unsteadyOf(sum, 'current'), candidate: unsteadyOf(sum, 'candidate') };
    return {
      ...{ results, differing, steady, found, added, unsteady },
      ...{ failed: failed.candidate, pictures: this.#pictures },
      compared: showsEnough(sum) || !this.#pairs.some(({ current }) => reportsObjects(current)),
    };
  }

  failure(): string | undefined {
    return this.#failure;
  }

  judge(): string | undefined {
    return judgeShadow(this.#sum);
  }

  async end(): Promise<void> {
    await this.#parts.inspection.shadow([], {});
    await this.#writing;
  }

  get #sum(): ShadowFigures {
    return addFigures([...this.#comparisons.values()].map(({ figures }) => figures));
  }

  #status({ model, state, reason }: ModelStatus): void {
    if (isShadow(model) && state === 'failed') this.#failure = `it cannot run: ${reason ?? 'the model has failed'}`;
  }

  #take(result: Result): void {
    const pair = this.#pairs.find(
      ({ current }) => current.id === result.model || shadowId(current.id) === result.model,
    );
    if (pair === undefined) return;
    const key = `${result.frame.camera} ${pair.current.id}`;
    let comparison = this.#comparisons.get(key);
    if (comparison === undefined) {
      const { current, candidate } = pair;
      comparison = new ShadowComparison({ current: trackerFor(current), candidate: trackerFor(candidate) });
      this.#comparisons.set(key, comparison);
    }
    const difference = comparison.take(isShadow(result.model) ? 'candidate' : 'current', result);
    if (difference !== undefined) this.#keep(difference);
  }

  /** Keeps a picture of the difference, with what each model sees drawn on it; the first ones, some time apart. */
  #keep(difference: Difference): void {
    const { clock, log } = this.#parts;
    const { camera } = difference;
    const nowMs = clock.monoMs();
    if (this.#pictures >= MOST_PICTURES) return;
    if (nowMs - (this.#picturedMs.get(camera) ?? Number.NEGATIVE_INFINITY) < PICTURE_EVERY_MS) return;
    this.#picturedMs.set(camera, nowMs);
    this.#pictures += 1;
    this.#writing = this.#writing
      .then(() => this.#write(difference))
      .catch((error: unknown) => {
        this.#pictures -= 1;
        log.warn({ camera, err: messageOf(error) }, 'a picture of what two models see differently could not be kept');
      });
  }

  async #write({ camera, index, missed, added, common }: Difference): Promise<void> {
    const overlays = [
      ...common.map((track) => overlay(track, 'both', 'plain')),
      ...missed.map((track) => overlay(track, 'only the current model', 'bad')),
      ...added.map((track) => overlay(track, 'only the new model', 'good')),
    ];
    const request = { camera, index, overlays, maxWidth: PICTURE_WIDTH };
    const picture = await this.#parts.inspection.vision.picture(request, AbortSignal.timeout(PICTURE_MS));
    // The frame may be gone: another one would show something else under the boxes.
    if (picture.index !== index) throw new Error('the frame is no longer held');
    const name = `${camera}-${index}.jpg`;
    await writeFile(join(this.#folder, name), picture.jpeg, { mode: 0o640 });
    const seen = {
      picture: name,
      camera,
      common: common.map(brief),
      missed: missed.map(brief),
      added: added.map(brief),
    };
    await appendFile(join(this.#folder, 'differences.jsonl'), `${JSON.stringify(seen)}\n`, { mode: 0o640 });
  }
}

function overlay({ box, label, score }: Track, who: string, colour: Overlay['colour']): Overlay {
  return { box, colour, text: `${label} ${score.toFixed(2)} (${who})` };
}

function brief({ label, score, box }: Track): object {
  return { label, score, box };
}
