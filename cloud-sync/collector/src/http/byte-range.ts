import type { ByteRange } from '../media/index.ts';

/**
 * The part of `size` bytes that a `Range` header asks for (RFC 9110, 14.1.2). Undefined for all of it: without a header,
 * with one that cannot be read, and with several ranges, which may be ignored.
 */
export function byteRange(header: string | undefined, size: number): ByteRange | 'outside' | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? '');
  const [, from = '', to = ''] = match ?? [];
  if (match === null || (from === '' && to === '')) return undefined;
  if (from === '') {
    const last = Math.min(size, Number(to));
    return last > 0 ? { start: size - last, end: size - 1 } : 'outside';
  }
  const start = Number(from);
  if (to !== '' && Number(to) < start) return undefined;
  return start < size ? { start, end: to === '' ? size - 1 : Math.min(size - 1, Number(to)) } : 'outside';
}
