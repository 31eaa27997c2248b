import { constants, gunzipSync, gzipSync, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { messageOf, systemCode } from '@lineside/kit';
import type { z } from 'zod';
import { DICTIONARY_1, DICTIONARY_2 } from './dictionary.ts';
import { MAX_BATCH_BYTES } from './envelope.ts';

/** Why a payload was refused; labels of a metric, so the set is closed. */
export type MalformedReason = 'not_json' | 'too_big' | 'too_deep' | 'schema';

/** A payload that is not what its topic promises. `message` is safe to log: it holds no payload. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
  readonly code = 'payload_malformed';
  readonly reason: MalformedReason;

  constructor(reason: MalformedReason, message: string, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Forms of a payload beside JSON and gzipped JSON, which everybody reads. A sender uses one only where the receiver
 * has announced it, and takes the first of this list that it has. `zstd1`: a Zstandard frame (RFC 8878) of the JSON, over the
 * first dictionary of dictionary.ts. `zstd2`: the byte 02, then such a frame over the second: a frame over plain content
 * does not name its dictionary.
 */
export const PAYLOAD_FORMS = ['zstd2', 'zstd1'] as const;
export type PayloadForm = (typeof PAYLOAD_FORMS)[number];

const GZIP_MAGIC = 0x1f8b;
const ZSTD_MAGIC = 0x28b52ffd;
const COMPRESS_ABOVE = 512;
/** At higher levels the size hardly falls and the time rises. */
const ZSTD_LEVEL = 6;
const ZSTD2_MARK = Buffer.of(2);
const DICTIONARIES = { zstd1: Buffer.from(DICTIONARY_1), zstd2: Buffer.from(DICTIONARY_2) } as const;

/** JSON, gzipped when it is long enough for that to help. */
export function encode(value: unknown): Buffer {
  return encodeText(JSON.stringify(value));
}

/** The same for JSON that is text already, which then travels byte for byte; in `form` where one is given. */
export function encodeText(text: string, form?: PayloadForm): Buffer {
  const json = Buffer.from(text);
  if (form !== undefined) {
    const params = { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL };
    const frame = zstdCompressSync(json, { dictionary: DICTIONARIES[form], params });
    return form === 'zstd2' ? Buffer.concat([ZSTD2_MARK, frame]) : frame;
  }
  return json.length > COMPRESS_ABOVE ? gzipSync(json, { level: 6 }) : json;
}

/** Deeper than anything that the product writes, and shallower than the limit of any recursion. */
export const MAX_DEPTH = 32;

/**
 * Parses a hostile payload against `schema`. `maxBytes` bounds the JSON after decompression.
 * Throws MalformedPayload for anything that does not fit.
 */
export function decode<T>(schema: z.ZodType<T>, payload: Uint8Array, maxBytes: number = MAX_BATCH_BYTES): T {
  return parseWith(schema, readJson(payload, maxBytes));
}

/** The JSON of a hostile payload, bounded in bytes (after decompression) and in depth. Throws MalformedPayload. */
export function readJson(payload: Uint8Array, maxBytes: number): unknown {
  let value: unknown;
  try {
    const json = unpack(Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength), maxBytes);
    if (json.length > maxBytes) throw new RangeError(`longer than ${maxBytes} bytes`);
    value = JSON.parse(json.toString('utf8'));
  } catch (cause) {
    const tooBig = cause instanceof RangeError || systemCode(cause) === 'ERR_BUFFER_TOO_LARGE';
    throw new MalformedPayload(tooBig ? 'too_big' : 'not_json', `not JSON: ${messageOf(cause)}`, { cause });
  }
  if (isDeep(value)) throw new MalformedPayload('too_deep', `deeper than ${MAX_DEPTH} levels`);
  return value;
}

/** `value` as `schema` has it. Throws MalformedPayload with the first issue. */
export function parseWith<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [first] = parsed.error.issues;
  throw new MalformedPayload('schema', `${first?.path.join('.') ?? ''}: ${first?.message ?? 'does not fit'}`);
}

/** Without recursion, because the depth is the sender's choice. */
function isDeep(value: unknown): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= MAX_DEPTH; depth += 1) {
    level = level.flatMap((item) =>
      typeof item === 'object' && item !== null ? Object.values(item as Record<string, unknown>) : [],
    );
    if (level.length === 0) return false;
  }
  return true;
}

function unpack(payload: Buffer, maxBytes: number): Buffer {
  const form = zstdFormOf(payload);
  if (form !== undefined) {
    const frame = form === 'zstd2' ? payload.subarray(ZSTD2_MARK.length) : payload;
    return zstdDecompressSync(frame, { dictionary: DICTIONARIES[form], maxOutputLength: maxBytes });
  }
  const zipped = payload.length >= 2 && payload.readUInt16BE(0) === GZIP_MAGIC;
  return zipped ? gunzipSync(payload, { maxOutputLength: maxBytes }) : payload;
}

/** Which Zstandard form the first bytes show, if any. */
function zstdFormOf(payload: Buffer): PayloadForm | undefined {
  if (payload.length < 5) return undefined;
  if (payload.readUInt32BE(0) === ZSTD_MAGIC) return 'zstd1';
  return payload[0] === ZSTD2_MARK[0] && payload.readUInt32BE(1) === ZSTD_MAGIC ? 'zstd2' : undefined;
}
