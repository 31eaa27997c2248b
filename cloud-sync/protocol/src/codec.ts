import { gunzipSync, gzipSync } from 'node:zlib';
import type { z } from 'zod';
import { MAX_BATCH_BYTES } from './envelope.ts';

/** A payload that is not what its topic promises. `reason` is safe to log: it holds no payload. */
export class MalformedPayload extends Error {
  override readonly name = 'MalformedPayload';
  readonly code = 'payload_malformed';
}

const GZIP_MAGIC = 0x1f8b;
const COMPRESS_ABOVE = 512;

/** JSON, gzipped when it is long enough to gain. */
export function encode(value: unknown): Buffer {
  return encodeText(JSON.stringify(value));
}

/** The same for JSON that is text already, which then travels byte for byte. */
export function encodeText(text: string): Buffer {
  const json = Buffer.from(text);
  return json.length > COMPRESS_ABOVE ? gzipSync(json, { level: 6 }) : json;
}

/**
 * Parses a hostile payload against `schema`. `maxBytes` bounds the JSON after decompression.
 * Throws MalformedPayload for anything that does not fit.
 */
export function decode<T>(schema: z.ZodType<T>, payload: Uint8Array, maxBytes: number = MAX_BATCH_BYTES): T {
  let value: unknown;
  try {
    const buffer = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    const packed = buffer.length >= 2 && buffer.readUInt16BE(0) === GZIP_MAGIC;
    const json = packed ? gunzipSync(buffer, { maxOutputLength: maxBytes }) : buffer;
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
