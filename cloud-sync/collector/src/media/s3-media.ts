import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { S3Client } from '@aws-sdk/client-s3';
import { messageOf } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';
import type { ByteRange, MediaStore } from './media-store.ts';

export interface S3Address {
  readonly bucket: string;
  /** Undefined for Amazon S3 itself. */
  readonly endpoint: string | undefined;
  readonly region: string;
  /** Put before the names of objects. */
  readonly prefix: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

type Sdk = typeof import('@aws-sdk/client-s3');

/** Pictures in a bucket of an S3-compatible object store, named by their hash. */
export class S3Media implements MediaStore {
  readonly #sdk: Sdk;
  readonly #client: S3Client;
  readonly #address: S3Address;

  private constructor(sdk: Sdk, address: S3Address) {
    const { endpoint, region, accessKey, secretKey } = address;
    this.#sdk = sdk;
    this.#address = address;
    this.#client = new sdk.S3Client({
      region,
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      // Every server accepts the bucket as the first part of the path.
      ...(endpoint !== undefined && { endpoint, forcePathStyle: true }),
      // Checksums that only Amazon S3 supports are left out; the hash is sent as metadata and is the name.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      maxAttempts: 3,
    });
  }

  /** Sends no request yet. */
  static async open(address: S3Address): Promise<S3Media> {
    // Loaded only where it is needed, because it is large.
    return new S3Media(await import('@aws-sdk/client-s3'), address);
  }

  /** Checks that the bucket exists and may be used; throws CollectorError, `media_store_refused` when it may not. */
  async check(): Promise<void> {
    const address = this.#address;
    try {
      await this.#client.send(new this.#sdk.HeadBucketCommand({ Bucket: address.bucket }));
    } catch (cause) {
      const status = statusOf(cause);
      const refused = status === 401 || status === 403;
      throw new CollectorError({
        code: refused ? 'media_store_refused' : 'media_store_unreachable',
        message: `cannot use bucket ${address.bucket} at ${address.endpoint ?? 'Amazon S3'}: ${status ?? ''} ${messageOf(cause)}`,
        advice: refused
          ? 'check media.s3.accessKey, secretKey and region, and the rights of that key'
          : 'check media.s3.endpoint and bucket; the bucket must exist',
        cause,
      });
    }
  }

  async put(
    sha256: string,
    { path, bytes, mime }: { readonly path: string; readonly bytes: number; readonly mime: string },
  ): Promise<void> {
    await this.#client.send(
      new this.#sdk.PutObjectCommand({
        ...this.#named(sha256),
        Body: createReadStream(path),
        ContentLength: bytes,
        ContentType: mime,
        Metadata: { sha256 },
      }),
    );
    await rm(path, { force: true });
  }

  async has(sha256: string): Promise<boolean> {
    const found = await unlessMissing(this.#client.send(new this.#sdk.HeadObjectCommand(this.#named(sha256))));
    return found !== undefined;
  }

  async open(sha256: string, range?: ByteRange): Promise<Readable | undefined> {
    const part = range === undefined ? {} : { Range: `bytes=${range.start}-${range.end}` };
    const command = new this.#sdk.GetObjectCommand({ ...this.#named(sha256), ...part });
    const found = await unlessMissing(this.#client.send(command));
    return found?.Body instanceof Readable ? found.Body : undefined;
  }

  async remove(sha256: string): Promise<void> {
    await unlessMissing(this.#client.send(new this.#sdk.DeleteObjectCommand(this.#named(sha256))));
  }

  #named(sha256: string): { Bucket: string; Key: string } {
    const { bucket, prefix } = this.#address;
    return { Bucket: bucket, Key: `${prefix}${sha256.slice(0, 2)}/${sha256}` };
  }
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

function statusOf(error: unknown): number | undefined {
  const metadata = typeof error === 'object' && error !== null && '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
