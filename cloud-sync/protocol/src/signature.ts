import { createPublicKey, verify } from 'node:crypto';
import { AuditBody } from './bodies.ts';
import { STREAMS, type Stream } from './records/index.ts';

/** `action` of the audit record in which a device signs the heads of its chains. */
export const HEADS_SIGNED = 'heads_signed';

/** The end of a chain: its highest number (0: none yet) and the hash after it, 64 hex digits. */
export interface ChainEnd {
  readonly seq: number;
  readonly head: string;
}
export type ChainEnds = Readonly<Record<Stream, ChainEnd>>;

export interface SignedHeads {
  /** Ed25519 public key, raw 32 bytes as base64url. */
  readonly key: string;
  readonly ends: ChainEnds;
  /** Ed25519 over `headsText`, base64url. */
  readonly signature: string;
}

/** What is signed: device, epoch and the end of every stream, one per line. */
export function headsText(device: string, epoch: string, ends: ChainEnds): string {
  const lines = STREAMS.map((stream) => `${stream} ${ends[stream].seq} ${ends[stream].head}\n`);
  return `lineside/v1 heads\n${device}\n${epoch}\n${lines.join('')}`;
}

/** Body of the audit record that carries the signature. */
export function signedHeadsBody({ key, ends, signature }: SignedHeads): AuditBody {
  const texts = Object.fromEntries(STREAMS.map((stream) => [stream, `${ends[stream].seq}:${ends[stream].head}`]));
  return { action: HEADS_SIGNED, who: 'lineside', details: { alg: 'ed25519', key, signature, ...texts } };
}

/** The same read back; undefined for any other body. */
export function readSignedHeads(body: unknown): SignedHeads | undefined {
  const parsed = AuditBody.safeParse(body);
  if (!parsed.success || parsed.data.action !== HEADS_SIGNED) return undefined;
  const { details = {} } = parsed.data;
  const ends = STREAMS.flatMap((stream) => {
    const match = /^(\d{1,15}):([0-9a-f]{64})$/.exec(String(details[stream]));
    return match?.[1] === undefined || match[2] === undefined
      ? []
      : [[stream, { seq: Number(match[1]), head: match[2] }] as const];
  });
  const [key, signature] = [details['key'], details['signature']];
  if (details['alg'] !== 'ed25519' || typeof key !== 'string' || typeof signature !== 'string') return undefined;
  if (ends.length !== STREAMS.length) return undefined;
  return { key, signature, ends: Object.fromEntries(ends) as unknown as ChainEnds };
}

/** Whether the signature is that key's over those ends of that journal. False for a text that is no key. */
export function signatureHolds(device: string, epoch: string, { key, ends, signature }: SignedHeads): boolean {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: key }, format: 'jwk' });
    const text = Buffer.from(headsText(device, epoch, ends));
    return verify(null, text, publicKey, Buffer.from(signature, 'base64url'));
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

/** Where a record with signed heads was transferred from: `was` of the wire record. */
export interface Transferred {
  readonly epoch: string;
  readonly origin?: string | undefined;
}

/**
 * The epoch whose chains `signed` is about: the one of the journal that holds the record, or, of a record that recovery
 * has transferred, the earlier one in which it was written. Undefined where the signature is valid for none of them.
 */
export function signedEpoch(
  device: string,
  epoch: string,
  was: Transferred | undefined,
  signed: SignedHeads,
): string | undefined {
  const candidates = was === undefined ? [epoch] : [was.origin ?? was.epoch, was.epoch];
  return candidates.find((candidate) => signatureHolds(device, candidate, signed));
}
