/** nal_unit_type, H.264 table 7-1. */
export const NAL = { idr: 5, sei: 6, sps: 7, pps: 8, delimiter: 9, filler: 12 } as const;

export function nalType(nal: Buffer): number {
  return (nal[0] ?? 0) & 0x1f;
}

/** Splits Annex B into NAL units without their start codes; views, no copies. */
export function splitNals(annexB: Buffer): Buffer[] {
  const nals: Buffer[] = [];
  let start = -1;
  for (let at = annexB.indexOf(START); at !== -1; at = annexB.indexOf(START, at + 3)) {
    if (start !== -1) nals.push(trimZeros(annexB.subarray(start, at)));
    start = at + 3;
  }
  if (start !== -1) nals.push(trimZeros(annexB.subarray(start)));
  return nals.filter((nal) => nal.length > 0);
}

const START = Buffer.of(0, 0, 1);

/** A NAL unit never ends in a zero byte (7.4.1); what trails belongs to the next start code. */
function trimZeros(nal: Buffer): Buffer {
  let end = nal.length;
  while (end > 0 && nal[end - 1] === 0) end--;
  return nal.subarray(0, end);
}

/** What a decoder must have before the first picture. */
export interface ParameterSets {
  readonly sps: Buffer;
  readonly pps: Buffer;
}
