/** A box of an MP4 file (ISO/IEC 14496-12, 4.2): where its content lies in the bytes that it was found in. */
export interface Mp4Box {
  readonly type: string;
  readonly start: number;
  readonly content: number;
  readonly end: number;
}

const HEADER = 8;
const LARGE_HEADER = 16;

/** The box that begins at `start`; undefined while its header is incomplete. `end` may lie beyond the bytes. */
export function boxAt(bytes: Buffer, start: number): Mp4Box | undefined {
  if (bytes.length < start + HEADER) return undefined;
  const type = bytes.toString('latin1', start + 4, start + HEADER);
  const size = bytes.readUInt32BE(start);
  if (size !== 1) return { type, start, content: start + HEADER, end: start + Math.max(size, HEADER) };
  if (bytes.length < start + LARGE_HEADER) return undefined;
  const large = Number(bytes.readBigUInt64BE(start + HEADER));
  return { type, start, content: start + LARGE_HEADER, end: start + Math.max(large, LARGE_HEADER) };
}

/** The first box of this type inside another, or in the bytes themselves. */
export function findBox(bytes: Buffer, type: string, within?: Mp4Box): Mp4Box | undefined {
  const end = Math.min(within?.end ?? bytes.length, bytes.length);
  for (let at = within?.content ?? 0; at < end; ) {
    const box = boxAt(bytes, at);
    if (box === undefined) return undefined;
    if (box.type === type) return box.end <= end ? box : undefined;
    at = box.end;
  }
  return undefined;
}

/** The same through several levels: `moof`, `traf`, `tfdt`. */
export function findPath(bytes: Buffer, types: readonly string[]): Mp4Box | undefined {
  let box: Mp4Box | undefined;
  for (const type of types) {
    box = findBox(bytes, type, box);
    if (box === undefined) return undefined;
  }
  return box;
}
