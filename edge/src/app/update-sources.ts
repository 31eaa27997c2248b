import { readFile } from 'node:fs/promises';
import { isAbsolute, join, resolve } from 'node:path';
import { type Clock, messageOf } from '@lineside/kit';
import { FolderSource, HttpSource, MetadataCache, TrustedRepository } from '@lineside/models/trust';
import { type MediaTarget, opensInMs, TokenBucket } from '@lineside/uplink';
import type { LoadedConfig } from '../config/index.ts';
import type { Journal } from '../journal/index.ts';
import {
  type FileSource,
  FolderFiles,
  HttpFiles,
  TwoPlaceFloor,
  UpdateError,
  type UpdateOrigin,
  type UpdatePorts,
} from '../updates/index.ts';

export interface UpdateSourcesParts {
  readonly loaded: () => LoadedConfig;
  /** Folder of the updates. */
  readonly folder: string;
  readonly journal: Journal;
  /** Where the collector is that is online now, with the credential for it. */
  readonly collector: () => MediaTarget | undefined;
  readonly clock: Clock;
}

const NOTE = 'update_floor';

/** The repository behind an origin, with its files. Throws UpdateError. */
export async function openUpdateSource(
  { loaded, folder, journal, collector, clock }: UpdateSourcesParts,
  origin: UpdateOrigin,
): Promise<{ readonly repository: TrustedRepository; readonly files: FileSource }> {
  const { config, baseDir } = loaded();
  const { updates } = config;
  if (updates === undefined) throw new UpdateError('update_not_configured', 'no updates are configured on this device');
  const place = placeOf(origin, updates.repository, collector());
  const note = { read: () => journal.note(NOTE), write: (text: string) => journal.setNote(NOTE, text) };
  const at = isAbsolute(place.at) ? place.at : resolve(baseDir, place.at);
  const repository = new TrustedRepository({
    source: place.isWeb ? new HttpSource(place.at, place.headers) : new FolderSource(at),
    cache: new MetadataCache(join(folder, 'metadata')),
    floor: new TwoPlaceFloor(note, join(folder, 'floor.json'), () => journal.trustedWallMs()),
    root: await readRoot(resolve(baseDir, updates.root)),
    customer: updates.customer,
    nowMs: () => clock.wallMs(),
  });
  return { repository, files: place.isWeb ? new HttpFiles(place.at, place.headers) : new FolderFiles(at) };
}

/** Downloads keep to the limit and the hours of the uplink. */
export function updateLimit({
  clock,
  loaded,
}: Pick<UpdateSourcesParts, 'clock' | 'loaded'>): NonNullable<UpdatePorts['limit']> {
  const { uplink } = loaded().config;
  const rate = uplink?.bandwidthLimit?.bytesPerS ?? Number.POSITIVE_INFINITY;
  const bucket = new TokenBucket(rate, clock.monoMs());
  const window = uplink === undefined || uplink.mediaWindow === 'always' ? undefined : uplink.mediaWindow;
  return {
    spend: (bytes: number, nowMs: number) => bucket.spend(bytes, nowMs),
    waitMs: (nowMs: number) =>
      Math.max(bucket.waitMs(nowMs), window === undefined ? 0 : opensInMs(window, clock.wallMs())),
  };
}

interface Place {
  readonly at: string;
  readonly isWeb: boolean;
  readonly headers: Readonly<Record<string, string>>;
}

function placeOf(origin: UpdateOrigin, repository: string | undefined, collector: MediaTarget | undefined): Place {
  if (origin.kind === 'folder') return { at: origin.path, isWeb: false, headers: {} };
  if (repository === undefined) throw new UpdateError('update_not_configured', 'updates.repository is not set');
  if (repository === 'collector') {
    // It may come later: the download is tried again.
    if (collector === undefined) {
      throw new UpdateError('update_download_failed', 'no collector is online that offers files (uplink)');
    }
    return { at: new URL('releases/', collector.url).href, isWeb: true, headers: credential(collector) };
  }
  if (!/^https?:/.test(repository)) return { at: repository, isWeb: false, headers: {} };
  const isCollector = collector !== undefined && new URL(repository).origin === new URL(collector.url).origin;
  return { at: repository, isWeb: true, headers: isCollector ? credential(collector) : {} };
}

/** The credential of this device (RFC 7617), for the collector alone. */
function credential({ username, password }: MediaTarget): Readonly<Record<string, string>> {
  if (username === undefined || password === undefined) return {};
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}

async function readRoot(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new UpdateError('update_not_configured', `updates.root cannot be read: ${messageOf(error)}`, error);
  }
}
