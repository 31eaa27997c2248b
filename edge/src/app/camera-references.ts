import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Logger, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import type { CameraReference, CoveredParts } from '../domain/index.ts';
import { coversAlike } from '../privacy/index.ts';

const NUMBERS = ['acceptedAtMs', 'measuredMs', 'similarity', 'luma', 'contrast', 'sharpness'] as const;
const OPTIONAL = ['fps', 'bitsPerS', 'keyframeIntervalMs'] as const;

/** What accepted cameras were like: `cameras/ID.json` in the data folder, with the picture of that moment beside it. */
export class CameraReferences {
  readonly #folder: string;
  readonly #known: Map<string, CameraReference>;
  readonly #log: Logger;

  /** Reads what was kept; a file that is none is logged and left where it is. */
  constructor(dataFolder: string, log: Logger) {
    this.#folder = join(dataFolder, 'cameras');
    this.#log = log;
    this.#known = new Map(namesIn(this.#folder).flatMap((id) => readOne(this.#folder, id, log)));
  }

  all(): Readonly<Record<string, CameraReference>> {
    return Object.fromEntries(this.#known);
  }

  /** Path of the picture of the moment of acceptance. */
  picturePath(camera: string): string {
    return join(this.#folder, `${camera}.jpg`);
  }

  /**
   * Removes reference and picture of a camera that were kept when something else was covered in its pictures: they may show
   * what must not be seen any more, and the view is another one.
   */
  coveredNow(camera: string, covered: CoveredParts | undefined): void {
    const reference = this.#known.get(camera);
    if (reference === undefined || coversAlike(reference.covered, covered)) return;
    this.#known.delete(camera);
    for (const path of [this.#path(camera), this.picturePath(camera)]) rmSync(path, { force: true });
    const advice = `accept the camera again: lineside camera accept ${camera}`;
    this.#log.warn({ camera, advice }, 'its privacy is another than when it was accepted: its reference was removed');
  }

  /** Keeps a reference; the one before is replaced. */
  async keep(camera: string, reference: CameraReference, jpeg: Uint8Array | undefined): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o750 });
    if (jpeg !== undefined) await writeFileAtomic(this.picturePath(camera), jpeg);
    await writeFileAtomic(this.#path(camera), `${JSON.stringify(reference, undefined, 2)}\n`);
    this.#known.set(camera, reference);
  }

  #path(camera: string): string {
    return join(this.#folder, `${camera}.json`);
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).flatMap((name) => (name.endsWith('.json') ? [name.slice(0, -'.json'.length)] : []));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    return [];
  }
}

function readOne(folder: string, id: string, log: Logger): readonly (readonly [string, CameraReference])[] {
  const path = join(folder, `${id}.json`);
  try {
    const value: unknown = JSON.parse(readFileSync(path, 'utf8'));
    if (isReference(value)) return [[id, value]];
    throw new TypeError('it is not the reference of a camera');
  } catch (error) {
    const advice = `accept the camera again: lineside camera accept ${id}`;
    log.error(
      { path, err: messageOf(error), advice },
      'the reference of a camera cannot be read: it is judged without it',
    );
    return [];
  }
}

function isReference(value: unknown): value is CameraReference {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map<string, unknown>(Object.entries(value));
  return (
    fields.get('v') === 1 &&
    typeof fields.get('view') === 'string' &&
    NUMBERS.every((name) => Number.isFinite(fields.get(name))) &&
    OPTIONAL.every((name) => !fields.has(name) || Number.isFinite(fields.get(name))) &&
    (!fields.has('covered') || isCovered(fields.get('covered')))
  );
}

/** Compared with what is covered now, point by point; whatever differs counts as other parts. */
function isCovered(value: unknown): value is CoveredParts {
  return (
    typeof value === 'object' && value !== null && 'masks' in value && Array.isArray(value.masks) && 'blur' in value
  );
}
