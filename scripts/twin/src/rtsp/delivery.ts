import { randomInt } from 'node:crypto';
import { bye, senderReport } from './rtcp.ts';
import { type PacketizedUnit, rtpPacket } from './rtp.ts';
import type { PacketSink } from './sink.ts';
import type { TransportKind } from './transport.ts';

/** One client of one stream, for whoever watches the server. */
export interface ClientFacts {
  readonly path: string;
  readonly transport: TransportKind;
  readonly playing: boolean;
  readonly sentFrames: number;
  /** Left out because the client was too slow to take them. */
  readonly droppedFrames: number;
  readonly bufferedBytes: number;
}

export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

const REPORT_EVERY_MS = 5000;
const MAX_SEQUENCE = 0x10000;

/**
 * Sends one stream to one client: from a key frame on, as long as the client keeps up. A client that does not loses
 * pictures up to the next key frame; nothing is kept for it beyond `maxBufferedBytes` and the picture that crossed it.
 */
export class Delivery {
  readonly ssrc = randomInt(1, 2 ** 32);
  readonly #path: string;
  readonly #kind: TransportKind;
  readonly #sink: PacketSink;
  readonly #maxBufferedBytes: number;
  #sequence = randomInt(0, MAX_SEQUENCE);
  #playing = false;
  #waitsForKey = true;
  #overflowed = false;
  #reportedAtMs = -Infinity;
  #rtpTime = 0;
  #packets = 0;
  #bytes = 0;
  #sentFrames = 0;
  #droppedFrames = 0;

  constructor(path: string, kind: TransportKind, sink: PacketSink, maxBufferedBytes: number) {
    this.#path = path;
    this.#kind = kind;
    this.#sink = sink;
    this.#maxBufferedBytes = maxBufferedBytes;
  }

  get facts(): ClientFacts {
    return {
      path: this.#path,
      transport: this.#kind,
      playing: this.#playing,
      sentFrames: this.#sentFrames,
      droppedFrames: this.#droppedFrames,
      bufferedBytes: this.#sink.bufferedBytes,
    };
  }

  get playing(): boolean {
    return this.#playing;
  }

  get nextSequence(): number {
    return this.#sequence;
  }

  play(): void {
    if (this.#playing) return;
    this.#playing = true;
    this.awaitKey();
  }

  pause(): void {
    this.#playing = false;
  }

  /** Sends nothing more until the next key frame. */
  awaitKey(): void {
    this.#waitsForKey = true;
    this.#overflowed = false;
  }

  deliver(unit: PacketizedUnit, now: Moment): void {
    if (!this.#playing) return;
    if (this.#sink.bufferedBytes > this.#maxBufferedBytes) {
      this.#waitsForKey = true;
      this.#overflowed = true;
    }
    if (this.#waitsForKey && (!unit.key || this.#sink.bufferedBytes > this.#maxBufferedBytes)) {
      if (this.#overflowed) this.#droppedFrames++;
      return;
    }
    this.#waitsForKey = false;
    this.#overflowed = false;
    if (now.monotonicMs - this.#reportedAtMs >= REPORT_EVERY_MS) {
      this.#reportedAtMs = now.monotonicMs;
      this.#sink.sendRtcp(this.#report(unit.rtpTime, now.wallMs));
    }
    this.#send(unit.payloads, unit.rtpTime, true);
    this.#rtpTime = unit.rtpTime;
    this.#sentFrames++;
  }

  /** Sends the first half of a picture's packets, as a line that is cut would. */
  deliverHalf(unit: PacketizedUnit): void {
    if (!this.#playing || this.#waitsForKey) return;
    const last = unit.payloads.length - 1;
    const half = unit.payloads.slice(0, Math.max(1, unit.payloads.length >> 1));
    this.#send(
      last === 0 ? half.map((payload) => payload.subarray(0, payload.length >> 1)) : half,
      unit.rtpTime,
      false,
    );
  }

  /** Tells the client that the stream has ended. */
  end(now: Moment): void {
    if (this.#playing) this.#sink.sendRtcp(Buffer.concat([this.#report(this.#rtpTime, now.wallMs), bye(this.ssrc)]));
    this.#playing = false;
  }

  close(): void {
    this.#playing = false;
    this.#sink.close();
  }

  #send(payloads: readonly Buffer[], rtpTime: number, complete: boolean): void {
    const packets = payloads.map((payload, i) => {
      const marker = complete && i === payloads.length - 1;
      const packet = rtpPacket(payload, { marker, sequence: this.#sequence, rtpTime, ssrc: this.ssrc });
      this.#sequence = (this.#sequence + 1) % MAX_SEQUENCE;
      this.#packets++;
      this.#bytes += payload.length;
      return packet;
    });
    this.#sink.sendRtp(packets);
  }

  /** Every RTCP packet begins with a report (RFC 3550, 6.1). */
  #report(rtpTime: number, wallMs: number): Buffer {
    const facts = { ssrc: this.ssrc, wallMs, rtpTime, packets: this.#packets, bytes: this.#bytes };
    return senderReport({ ...facts, name: 'lineside-twin' });
  }
}
