import { NAL, nalType, type ParameterSets, splitNals } from './nal.ts';

/** RTP clock of H.264 (RFC 6184, 8.2.1). */
export const CLOCK_HZ = 90_000;
export const PAYLOAD_TYPE = 96;
/** Payload bytes of one packet: fits an Ethernet frame with IP, UDP, RTP and some tunnel around it. */
export const MAX_PAYLOAD = 1400;

const STAP_A = 24;
const FU_A = 28;
const FU_START = 0x80;
const FU_END = 0x40;

/** An access unit cut into RTP payloads; the last one gets the marker. */
export interface PacketizedUnit {
  readonly payloads: readonly Buffer[];
  readonly key: boolean;
  readonly rtpTime: number;
}

/**
 * RTP payloads of one access unit by RFC 6184, packetization-mode 1: small neighbours together in a STAP-A, what fits
 * as it is, the rest in FU-A. Delimiters and filler are dropped: the marker bit carries their information. A key picture
 * always starts with its parameter sets.
 */
export function packetize(annexB: Buffer, key: boolean, sets: ParameterSets, maxPayload = MAX_PAYLOAD): Buffer[] {
  const nals = splitNals(annexB).filter((nal) => nalType(nal) !== NAL.delimiter && nalType(nal) !== NAL.filler);
  if (key && !nals.some((nal) => nalType(nal) === NAL.sps)) nals.unshift(sets.sps, sets.pps);
  const payloads: Buffer[] = [];
  let together: Buffer[] = [];
  let togetherBytes = 1;
  const flush = (): void => {
    const [only] = together;
    if (only !== undefined) payloads.push(together.length === 1 ? only : aggregate(together));
    together = [];
    togetherBytes = 1;
  };
  for (const nal of nals) {
    if (togetherBytes + 2 + nal.length > maxPayload) flush();
    if (nal.length > maxPayload) {
      payloads.push(...fragment(nal, maxPayload));
    } else {
      together.push(nal);
      togetherBytes += 2 + nal.length;
    }
  }
  flush();
  return payloads;
}

/** STAP-A (5.7.1): the header takes the highest importance of what is inside. */
function aggregate(nals: readonly Buffer[]): Buffer {
  const importance = Math.max(...nals.map((nal) => (nal[0] ?? 0) & 0x60));
  const parts: Buffer[] = [Buffer.of(importance | STAP_A)];
  for (const nal of nals) parts.push(Buffer.of(nal.length >> 8, nal.length & 0xff), nal);
  return Buffer.concat(parts);
}

/** FU-A (5.8): the NAL's own header byte is spread over indicator and header of each fragment. */
function fragment(nal: Buffer, maxPayload: number): Buffer[] {
  const header = nal[0] ?? 0;
  const space = maxPayload - 2;
  const fragments: Buffer[] = [];
  for (let at = 1; at < nal.length; at += space) {
    const end = Math.min(at + space, nal.length);
    const flags = (at === 1 ? FU_START : 0) | (end === nal.length ? FU_END : 0);
    fragments.push(Buffer.concat([Buffer.of((header & 0xe0) | FU_A, flags | (header & 0x1f)), nal.subarray(at, end)]));
  }
  return fragments;
}

/** The fixed header of RFC 3550, 5.1, before a payload. */
export function rtpPacket(
  payload: Buffer,
  { marker, sequence, rtpTime, ssrc }: { marker: boolean; sequence: number; rtpTime: number; ssrc: number },
): Buffer {
  const packet = Buffer.allocUnsafe(12 + payload.length);
  packet[0] = 0x80;
  packet[1] = (marker ? 0x80 : 0) | PAYLOAD_TYPE;
  packet.writeUInt16BE(sequence, 2);
  packet.writeUInt32BE(rtpTime, 4);
  packet.writeUInt32BE(ssrc, 8);
  payload.copy(packet, 12);
  return packet;
}
