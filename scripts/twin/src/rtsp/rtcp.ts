const SENDER_REPORT = 200;
const SOURCE_DESCRIPTION = 202;
const BYE = 203;
/** From 1900 to 1970, in seconds: NTP counts from the former. */
const NTP_OFFSET = 2_208_988_800;

/**
 * A sender report (RFC 3550, 6.4.1) with the CNAME that is required (6.5.1): says which wall-clock time the RTP
 * time stands for.
 */
export function senderReport(facts: {
  readonly ssrc: number;
  readonly wallMs: number;
  readonly rtpTime: number;
  readonly packets: number;
  readonly bytes: number;
  readonly name: string;
}): Buffer {
  const report = Buffer.alloc(28);
  header(report, SENDER_REPORT, 0, facts.ssrc);
  const seconds = facts.wallMs / 1000 + NTP_OFFSET;
  report.writeUInt32BE(Math.floor(seconds) >>> 0, 8);
  report.writeUInt32BE(Math.floor((seconds % 1) * 2 ** 32) >>> 0, 12);
  report.writeUInt32BE(facts.rtpTime, 16);
  report.writeUInt32BE(facts.packets >>> 0, 20);
  report.writeUInt32BE(facts.bytes >>> 0, 24);
  return Buffer.concat([report, sourceDescription(facts.ssrc, facts.name)]);
}

/** Ends a stream (6.6). */
export function bye(ssrc: number): Buffer {
  const packet = Buffer.alloc(8);
  header(packet, BYE, 1, ssrc);
  return packet;
}

function sourceDescription(ssrc: number, name: string): Buffer {
  const cname = Buffer.from(name, 'latin1').subarray(0, 255);
  const length = 8 + 2 + cname.length;
  // At least one zero ends the items, and the packet is padded to 32-bit words.
  const packet = Buffer.alloc((Math.floor(length / 4) + 1) * 4);
  header(packet, SOURCE_DESCRIPTION, 1, ssrc);
  packet[8] = 1;
  packet[9] = cname.length;
  cname.copy(packet, 10);
  return packet;
}

function header(packet: Buffer, type: number, count: number, ssrc: number): void {
  packet[0] = 0x80 | count;
  packet[1] = type;
  packet.writeUInt16BE(packet.length / 4 - 1, 2);
  packet.writeUInt32BE(ssrc, 4);
}
