import { resolve } from 'node:path';
import type { Collecting, TeachOrder } from '../teaching/process/index.ts';
import { cameraSource, type NamedCamera, refuseClearPeople } from './camera-source.ts';
import type { Context } from './context.ts';
import { CliError, UsageError } from './errors.ts';
import { specFor } from './model-spec.ts';

/** Where the pieces of a teaching come from. */
export interface PiecesOptions {
  readonly images?: string;
  readonly camera?: string;
  readonly zone?: string;
  readonly stage?: string;
  readonly labels?: string;
  readonly padding: number;
  readonly good: number;
  readonly pieces: number;
  readonly bad?: string;
  readonly fresh?: boolean;
  readonly transport?: string;
}

type Region = readonly [number, number, number, number];

/** What the options say of the pieces, as the process of the teaching gets it. Throws before anything is collected. */
export async function orderedPieces(
  context: Context,
  options: PiecesOptions,
): Promise<Pick<TeachOrder, 'fresh' | 'collect' | 'bad'>> {
  const { images, camera, bad, fresh } = options;
  if (images !== undefined && camera !== undefined) {
    throw new UsageError('--images and --camera are both given', 'give one of them');
  }
  const path = (given: string): string => resolve(context.io.cwd, given);
  const collect =
    images !== undefined
      ? { from: 'images' as const, dir: path(images) }
      : camera !== undefined
        ? await fromCamera(context, options, camera)
        : undefined;
  return {
    ...(fresh === true && { fresh }),
    ...(collect !== undefined && { collect }),
    ...(bad !== undefined && { bad: path(bad) }),
  };
}

async function fromCamera(context: Context, options: PiecesOptions, camera: string): Promise<Collecting> {
  const named = await cameraSource(context, camera, options.transport);
  const region = options.zone === undefined ? undefined : await regionOf(options.zone, named);
  refuseClearPeople(named, 'pieces', 'give good pieces as image files: --images DIR');
  if (options.stage === undefined) await refuseMasked(named, region ?? [0, 0, 1, 1]);
  const { url, transport, masks } = named;
  const shown = `${named.shown}${options.zone === undefined ? '' : `, zone ${options.zone}`}`;
  const part = { url, shown, transport, region, durationMs: options.good, wanted: options.pieces };
  const { stage, padding } = options;
  if (stage === undefined) return { from: 'camera', ...part };
  const labels = options.labels?.split(',').map((label) => label.trim());
  return { from: 'stage', ...part, spec: await specFor(context, { ref: stage }), stage, labels, padding, masks };
}

/** A piece with a mask in it would teach the model that grey is good, and without it would show what is covered. */
async function refuseMasked({ masks, shown }: NamedCamera, [x1, y1, x2, y2]: Region): Promise<void> {
  const { regionAround } = await import('../domain/index.ts');
  const masked = masks.map(regionAround).some(([a, b, c, d]) => a < x2 && c > x1 && b < y2 && d > y1);
  if (!masked) return;
  const advice = 'give a --zone beside the masks of the camera (privacy.masks), or --images DIR';
  throw new CliError('privacy_on', `no pieces of ${shown}: a part of them is covered in its pictures`, advice);
}

/** A zone's bounding box, or four fractions. */
async function regionOf(zone: string, { zones, shown }: NamedCamera): Promise<Region> {
  const numbers = zone.split(',').map(Number);
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = numbers;
  const valid = numbers.length === 4 && numbers.every((n) => n >= 0 && n <= 1) && x1 < x2 && y1 < y2;
  if (valid) return [x1, y1, x2, y2];
  const { regionAround } = await import('../domain/index.ts');
  const found = zones.find(({ id }) => id === zone);
  if (found !== undefined) return regionAround(found.polygon);
  const known = zones.map(({ id }) => id).join(', ') || 'none';
  const advice = `zones there: ${known}; or give left,top,right,bottom as fractions, such as 0.2,0.1,0.8,0.9`;
  throw new CliError('zone_unknown', `${shown} has no zone ${zone}`, advice);
}
