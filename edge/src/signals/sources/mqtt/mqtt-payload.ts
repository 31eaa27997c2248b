import type { RawReading } from '../../signal-source.ts';

/** No value of a signal needs more; a larger payload is not even parsed. */
export const MAX_PAYLOAD_BYTES = 65_536;
const MAX_REASON = 64;

const UTF8 = new TextDecoder('utf-8', { fatal: true });

/**
 * What a payload says. Without a `field` it is the value as text, a JSON string, `{"value": VALUE}` or `{"bad": REASON}`;
 * with a `field` it is JSON that holds the value there. Whatever is neither is bad: never the value before it.
 */
export function readPayload(payload: Uint8Array, field: readonly string[]): RawReading {
  if (payload.length === 0) return { bad: 'no_value' };
  if (payload.length > MAX_PAYLOAD_BYTES) return { bad: 'too_large' };
  const text = textOf(payload);
  if (text === undefined) return { bad: 'not_utf8' };
  const trimmed = text.trim();
  if (field.length === 0 && !/^["{[]/.test(trimmed))
    return trimmed === 'null' ? { bad: 'no_value' } : { value: trimmed };
  const json = parsed(trimmed);
  if (json === undefined) return { bad: 'not_json' };
  return readingOf(field.length === 0 ? json.value : fieldOf(json.value, field));
}

/** Words of a publisher that is there, at the topic of its birth and will; everything else means that it is not. */
export function isOnline(payload: Uint8Array): boolean {
  const text = payload.length > MAX_REASON ? undefined : textOf(payload);
  return ['online', 'true', '1', 'on', 'connected'].includes(text?.trim().toLowerCase().replaceAll('"', '') ?? '');
}

function readingOf(value: unknown): RawReading {
  if (value === undefined || value === null) return { bad: 'no_value' };
  if (typeof value !== 'object') return { value };
  if (Object.hasOwn(value, 'bad')) {
    const bad: unknown = Reflect.get(value, 'bad');
    return { bad: typeof bad === 'string' && bad !== '' ? bad.slice(0, MAX_REASON) : 'bad_quality' };
  }
  if (!Object.hasOwn(value, 'value')) return { bad: 'wrong_type' };
  const inner: unknown = Reflect.get(value, 'value');
  if (inner === null) return { bad: 'no_value' };
  return typeof inner === 'object' ? { bad: 'wrong_type' } : { value: inner };
}

function fieldOf(value: unknown, [name, ...rest]: readonly string[]): unknown {
  if (name === undefined) return value;
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return fieldOf(Reflect.get(value, name), rest);
}

function textOf(payload: Uint8Array): string | undefined {
  try {
    return UTF8.decode(payload);
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function parsed(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
