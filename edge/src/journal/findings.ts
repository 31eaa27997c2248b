import type { Stream } from '@lineside/protocol/records';

/**
 * What can be wrong with a record.
 * changed: its text is not what was hashed. rehashed: its hash does not follow from the one before. missing: no record
 * under that number. reordered: the text under this number carries another. truncated: the tail is gone, though the
 * journal's own end, a signed head or the mark beside the file names it. added: a record outside the numbers that its
 * stream has.
 * undeclared: numbers left before delivery and no tombstone names them. unlike_signed: its hash is not the one that was
 * signed with the device's key, so the chain was rewritten. signature_broken: a signature that is not one.
 * other_key: a signature with another key than the journal and the device have.
 */
export type FindingKind =
  | 'changed'
  | 'rehashed'
  | 'missing'
  | 'reordered'
  | 'truncated'
  | 'added'
  | 'undeclared'
  | 'unlike_signed'
  | 'signature_broken'
  | 'other_key';

export interface Finding {
  readonly stream: Stream;
  readonly what: FindingKind;
  /** The numbers concerned, `seq..to`; one number where they are equal. */
  readonly seq: number;
  readonly to: number;
}

export interface StreamVerdict {
  readonly stream: Stream;
  readonly first: number;
  readonly next: number;
  /** Records read and found in order. */
  readonly checked: number;
  /** Chain hash after the last number, to be compared with what the collector holds. */
  readonly head: string;
  readonly declared: number;
}

/** Signed heads found in the audit stream. */
export interface SignatureVerdict {
  /** Signatures that hold. */
  readonly held: number;
  /** Public keys that made them, raw as base64url; more than one where the key was made anew. */
  readonly keys: readonly string[];
  /** Number of the newest record that holds one. */
  readonly newest?: number;
}

export interface Verdict {
  readonly path: string;
  readonly device: string;
  readonly epoch: string;
  readonly streams: readonly StreamVerdict[];
  readonly signatures: SignatureVerdict;
  /** Empty for an intact journal. At most 100 per stream. */
  readonly findings: readonly Finding[];
}
