import { join } from 'node:path';
import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { CollectorConfig } from '../config/index.ts';
import { CollectorError } from '../errors/index.ts';
import { FileMedia } from './file-media.ts';
import type { MediaCatalogue } from './media-catalogue.ts';
import { MediaIngest } from './media-ingest.ts';
import type { MediaStore } from './media-store.ts';
import { S3Media } from './s3-media.ts';

export interface OpenMediaOptions {
  readonly config: Pick<CollectorConfig, 'data' | 'media' | 'secrets'>;
  readonly catalogue: MediaCatalogue;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The media store that the configuration names, and what receives pictures for it. Throws CollectorError. */
export async function openMedia({
  config,
  catalogue,
  clock,
  log,
}: OpenMediaOptions): Promise<{ readonly store: MediaStore; readonly ingest: MediaIngest }> {
  const folder = join(config.data, 'media');
  const store = await openMediaStore(config, log);
  const ingest = new MediaIngest({ catalogue, media: store, clock, folder, maxBytes: config.media.maxBytes });
  await ingest.prepare();
  return { store, ingest };
}

/** Where the configuration keeps pictures. Throws CollectorError. */
export async function openMediaStore(
  { data, media, secrets }: OpenMediaOptions['config'],
  log: Logger,
): Promise<MediaStore> {
  if (media.store === 'files' || media.s3 === undefined) return new FileMedia(join(data, 'media'));
  const { endpoint, secretKey, ...address } = media.s3;
  const bucket = await S3Media.open({ ...address, endpoint, secretKey: secrets.text(secretKey) });
  try {
    await bucket.check();
  } catch (error) {
    // A server that does not answer delays pictures and nothing else; a wrong key will not become right by waiting.
    if (error instanceof CollectorError && error.code === 'media_store_refused') throw error;
    log.warn({ error: messageOf(error) }, 'the media store does not answer yet');
  }
  return bucket;
}
