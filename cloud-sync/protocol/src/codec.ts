import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { z } from 'zod';
import { DICTIONARY_1 } from './dictionary.ts';
import { MAX_BATCH_BYTES } from './envelope.ts';

/** A payload that is not what its topic promises. `reason` is safe to log: it holds no payload. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
  readonly code = 'payload_malformed';
}

/**
 * Forms of a payload beside JSON and gzipped JSON, which everybody reads. A sender uses one only where the receiver
 * has said that it reads it. `zstd1`: a Zstandard frame (RFC 8878) of the JSON, over the dictionary of dictionary.ts.
 */
export const PAYLOAD_FORMS = ['zstd1'] as const;
export type PayloadForm = (typeof PAYLOAD_FORMS)[number];

const GZIP_MAGIC = 0x1f8b;
const ZSTD_MAGIC = 0x28b52ffd;
const COMPRESS_ABOVE = 512;
/** Above it the size hardly falls and the time rises. */
const ZSTD_LEVEL = 6;
const dictionary = Buffer.from(DICTIONARY_1);

/** JSON, gzipped when it is long enough to gain. */
export function encode(value: unknown): Buffer {
  return encodeText(JSON.stringify(value));
}

/** The same for JSON that is text already, which then travels byte for byte; in `form` where one is given. */
export function encodeText(text: string, form?: PayloadForm): Buffer {
  const json = Buffer.from(text);
  if (form === 'zstd1') {
    return zstdCompressSync(json, { dictionary, params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
  }
  return json.length > COMPRESS_ABOVE ? gzipSync(json, { level: 6 }) : json;
}

/**
 * Parses a hostile payload against `schema`. `maxBytes` bounds the JSON after decompression.
 * Throws MalformedPayload for anything that does not fit.
 */
export function decode<T>(schema: z.ZodType<T>, payload: Uint8Array, maxBytes: number = MAX_BATCH_BYTES): T {
  let value: unknown;
  try {
    const json = unpack(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), maxBytes);
    if (json.length > maxBytes) throw new RangeError(`longer than ${maxBytes} bytes`);
    value = JSON.parse(json.toString('utf8'));
  } catch (cause) {
    throw new MalformedPayload(`not JSON: ${cause instanceof Error ? cause.message : 'unreadable'}`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const first = parsed.error.issues[0];
    throw new MalformedPayload(`${first?.path.join('.') ?? ''}: ${first?.message ?? 'does not fit'}`);
  }
  return parsed.data;
}

function unpack(payload: Buffer, maxBytes: number): Buffer {
  if (payload.length >= 4 && payload.readUInt32BE(0) === ZSTD_MAGIC) {
    return zstdDecompressSync(payload, { dictionary, maxOutputLength: maxBytes });
  }
  const zipped = payload.length >= 2 && payload.readUInt16BE(0) === GZIP_MAGIC;
  return zipped ? gunzipSync(payload, { maxOutputLength: maxBytes }) : payload;
}
