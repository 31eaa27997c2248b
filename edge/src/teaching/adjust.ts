import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@lineside/kit';
import { type Manifest, MANIFEST_FILE, readManifest } from '@lineside/models';
import { cardOf } from './card.ts';
import { TeachingError } from './errors.ts';
import { effectOf, type LimitEffect, sharpenedLimit, SLIDER } from './limit.ts';
import { outputOf } from './manifest.ts';
import { readRecord, type TaughtRecord } from './record.ts';

/** A taught model, and what each limit of the slider would have done to the pieces that it was taught and tried with. */
export interface TaughtView {
  readonly id: string;
  readonly state: 'watching' | 'armed';
  readonly mads: number;
  readonly pieces: number;
  readonly taughtAt: string;
  readonly effect: LimitEffect;
  readonly slider: readonly LimitEffect[];
  /** The limit between the good and the bad pieces; absent without bad ones. */
  readonly suggested?: number;
}

/** What a bundle was taught. Throws TeachingError for one that was not, ModelError for one that is broken. */
export async function taughtView(dir: string): Promise<TaughtView> {
  const { manifest, taught, record } = await taughtBundle(dir);
  const { good, bad } = record;
  return {
    ...{ id: manifest.id, ...taught },
    effect: effectOf(taught.mads, good, bad),
    slider: SLIDER.map((mads) => effectOf(mads, good, bad)),
    ...(bad.length === 0 ? {} : { suggested: sharpenedLimit(good, bad) }),
  };
}

/** Moves the limit. The graph and its hash stay as they are, so that no TensorRT engine has to be built again. */
export async function setLimit(dir: string, mads: number): Promise<TaughtView> {
  const { manifest, taught, record } = await taughtBundle(dir);
  await writeManifest(dir, { ...manifest, output: outputOf(mads), taught: { ...taught, mads } }, record);
  return taughtView(dir);
}

/** From now on the model reports anomalies (`armed`), or only its scores (`watching`). */
export async function armModel(dir: string, state: 'armed' | 'watching'): Promise<TaughtView> {
  const { manifest, taught, record } = await taughtBundle(dir);
  await writeManifest(dir, { ...manifest, taught: { ...taught, state } }, record);
  return taughtView(dir);
}

async function writeManifest(dir: string, manifest: Manifest, record: TaughtRecord): Promise<void> {
  await writeFileAtomic(join(dir, MANIFEST_FILE), `${JSON.stringify(manifest, undefined, 2)}\n`);
  await writeFile(join(dir, 'CARD.md'), cardOf(manifest, record));
}

async function taughtBundle(
  dir: string,
): Promise<{ manifest: Manifest; taught: NonNullable<Manifest['taught']>; record: TaughtRecord }> {
  const [manifest, record] = [await readManifest(dir), await readRecord(dir)];
  if (manifest.taught === undefined || record === undefined) {
    const message = `model ${manifest.id} was not taught on a device`;
    throw new TeachingError('not_taught', message, 'only models of `lineside model teach` have such a limit');
  }
  return { manifest, taught: manifest.taught, record };
}
