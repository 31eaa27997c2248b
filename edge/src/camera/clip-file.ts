import { findBox, findPath } from './mp4-boxes.ts';

/**
 * One MP4 file of a header and fragments of the same stream, in order. Nothing is encoded: only the times of the
 * fragments are moved, so that the file begins at 0.
 */
export function clipFile(header: Buffer, fragments: readonly Buffer[]): Buffer {
  const first = fragments.map(decodeTime).find((time) => time !== undefined) ?? 0n;
  return Buffer.concat([header, ...fragments.map((bytes, n) => moved(bytes, first, n + 1))]);
}

/** `tfdt` (ISO/IEC 14496-12, 8.8.12): the decode time of the fragment's first picture. */
function decodeTime(fragment: Buffer): bigint | undefined {
  const box = findPath(fragment, ['moof', 'traf', 'tfdt']);
  if (box === undefined) return undefined;
  return isLong(fragment, box.content)
    ? fragment.readBigUInt64BE(box.content + 4)
    : BigInt(fragment.readUInt32BE(box.content + 4));
}

function moved(fragment: Buffer, by: bigint, sequence: number): Buffer {
  const bytes = Buffer.from(fragment);
  const number = findPath(bytes, ['moof', 'mfhd']);
  if (number !== undefined) bytes.writeUInt32BE(sequence, number.content + 4);
  const box = findPath(bytes, ['moof', 'traf', 'tfdt']);
  const time = decodeTime(bytes);
  if (box === undefined || time === undefined) return bytes;
  const from = time > by ? time - by : 0n;
  if (isLong(bytes, box.content)) bytes.writeBigUInt64BE(from, box.content + 4);
  else bytes.writeUInt32BE(Number(from), box.content + 4);
  return bytes;
}

/** Version 1 of a box has 64-bit times. */
function isLong(bytes: Buffer, content: number): boolean {
  return bytes[content] === 1;
}

/** Width and height of the video, from the header's `tkhd` (8.3.2); undefined where there is none. */
export function videoSize(header: Buffer): { readonly width: number; readonly height: number } | undefined {
  const box = findPath(header, ['moov', 'trak', 'tkhd']);
  if (box === undefined || findBox(header, 'moov') === undefined) return undefined;
  const [width, height] = [header.readUInt16BE(box.end - 8), header.readUInt16BE(box.end - 4)];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
