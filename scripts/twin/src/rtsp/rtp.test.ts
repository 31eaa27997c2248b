import { describe, expect, it } from 'vitest';
import { accessUnits } from './access-units.ts';
import { splitNals } from './nal.ts';
import { senderReport } from './rtcp.ts';
import { packetize, rtpPacket } from './rtp.ts';

const sets = { sps: Buffer.from('6742c01eda', 'hex'), pps: Buffer.from('68ce3c80', 'hex') };
const start = Buffer.of(0, 0, 0, 1);
const annexB = (...nals: readonly Buffer[]): Buffer => Buffer.concat(nals.flatMap((nal) => [start, nal]));
const nal = (header: number, bytes: number): Buffer =>
  Buffer.concat([Buffer.of(header), Buffer.alloc(bytes - 1, 0xab)]);

/** What a receiver does with payloads (RFC 6184, 5.7 and 5.8). */
function depacketize(payloads: readonly Buffer[]): Buffer[] {
  const nals: Buffer[] = [];
  for (const payload of payloads) {
    const type = payload[0]! & 0x1f;
    if (type === 24) {
      for (let at = 1; at < payload.length; at += 2 + payload.readUInt16BE(at)) {
        nals.push(payload.subarray(at + 2, at + 2 + payload.readUInt16BE(at)));
      }
    } else if (type === 28) {
      const [indicator, header] = [payload[0]!, payload[1]!];
      if ((header & 0x80) !== 0) nals.push(Buffer.of((indicator & 0xe0) | (header & 0x1f)));
      nals.push(Buffer.concat([nals.pop()!, payload.subarray(2)]));
    } else {
      nals.push(payload);
    }
  }
  return nals;
}

describe('splitNals', () => {
  it('takes long and short start codes and leaves trailing zeros out', () => {
    const bytes = Buffer.from('00000001 67aa 000001 68bb00 00000001 65cc 0000'.replaceAll(' ', ''), 'hex');
    expect(splitNals(bytes).map((unit) => unit.toString('hex'))).toEqual(['67aa', '68bb', '65cc']);
  });

  it('returns nothing for bytes without a start code', () => {
    expect(splitNals(Buffer.from('aabbcc', 'hex'))).toEqual([]);
  });
});

describe('packetize', () => {
  it('gives back every NAL unit through aggregation and fragmentation, within the size', () => {
    const nals = [sets.sps, sets.pps, nal(0x06, 30), nal(0x65, 5000), nal(0x65, 1400), nal(0x65, 1401), nal(0x41, 7)];
    const payloads = packetize(annexB(...nals), true, sets, 1400);
    expect(Math.max(...payloads.map((payload) => payload.length))).toBeLessThanOrEqual(1400);
    expect(depacketize(payloads).map((unit) => unit.toString('hex'))).toEqual(nals.map((unit) => unit.toString('hex')));
    expect(payloads.length).toBe(1 + 4 + 1 + 2 + 1);
  });

  it('puts the parameter sets before a key picture that lacks them, and before no other', () => {
    const key = depacketize(packetize(annexB(nal(0x65, 20)), true, sets));
    expect(key.map((unit) => unit[0]! & 0x1f)).toEqual([7, 8, 5]);
    const other = depacketize(packetize(annexB(nal(0x41, 20)), false, sets));
    expect(other.map((unit) => unit[0]! & 0x1f)).toEqual([1]);
  });

  it('leaves delimiters and filler behind', () => {
    const payloads = packetize(annexB(Buffer.of(9, 0xf0), nal(0x41, 20), nal(0x0c, 9)), false, sets);
    expect(payloads.map((unit) => unit[0]! & 0x1f)).toEqual([1]);
  });
});

describe('packets', () => {
  it('have the header of RFC 3550', () => {
    const packet = rtpPacket(Buffer.of(1, 2), { marker: true, sequence: 0x1234, rtpTime: 0xdeadbeef, ssrc: 0xcafe });
    expect(packet.toString('hex')).toBe('80e01234deadbeef0000cafe0102');
  });

  it('report the time since 1900 with 32 bits of fraction', () => {
    const report = senderReport({ ssrc: 1, wallMs: 500, rtpTime: 7, packets: 3, bytes: 9, name: 'x' });
    expect(report.readUInt32BE(8)).toBe(2_208_988_800);
    expect(report.readUInt32BE(12)).toBe(2 ** 31);
    expect(report.length % 4).toBe(0);
  });
});

describe('accessUnits', () => {
  it('cuts at delimiters however the bytes are sliced', async () => {
    const units = [1, 2, 3].map((n) => annexB(Buffer.of(9, 0xf0), nal(0x41, 40 + n)));
    units[1] = units[1]!.subarray(1);
    const whole = Buffer.concat(units);
    for (const step of [1, 2, 3, 5, 7, 64, 1000]) {
      const slices = async function* (): AsyncGenerator<Buffer> {
        for (let at = 0; at < whole.length; at += step) yield whole.subarray(at, at + step);
      };
      const cut: string[] = [];
      for await (const unit of accessUnits(slices())) cut.push(unit.toString('hex'));
      expect(cut).toEqual(units.map((unit) => unit.toString('hex')));
    }
  });
});
