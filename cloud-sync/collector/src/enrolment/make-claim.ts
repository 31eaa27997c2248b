import { createHash, X509Certificate } from 'node:crypto';
import { authorityMark, CLAIM_SECRET_BYTES, claimSecret, writeClaimCode } from '@lineside/protocol';
import type { Claim } from './claim-store.ts';

export interface ClaimRequest {
  readonly device: string;
  readonly line: string | undefined;
  readonly site: string | undefined;
  readonly forMs: number;
  readonly nowMs: number;
  /** Certificate of the collector's authority, PEM: the device accepts no other. */
  readonly ca: string;
  readonly random: (bytes: number) => Uint8Array;
}

/** A claim to be stored, and its code, which is nowhere but in the hands of who gets it. */
export function makeClaim(asked: ClaimRequest): { readonly claim: Claim; readonly code: string } {
  const { device, line, site, forMs, nowMs, ca, random } = asked;
  const secret = claimSecret(random(CLAIM_SECRET_BYTES));
  const authority = authorityMark(createHash('sha256').update(new X509Certificate(ca).raw).digest());
  const claim: Claim = {
    ...{ id: Buffer.from(random(4)).toString('hex'), device, hash: hashOfSecret(secret), line, site },
    ...{ createdAtMs: nowMs, expiresAtMs: nowMs + forMs, usedAtMs: undefined, cancelledAtMs: undefined },
    ...{ binding: undefined, certificate: undefined },
  };
  return { claim, code: writeClaimCode({ secret, authority }) };
}

export function hashOfSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
