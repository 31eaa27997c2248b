import type { Claim, ClaimAction, ClaimEntry } from '../enrolment/index.ts';

/** A row of table `claims`, the same in every database. */
export interface ClaimSql {
  readonly id: string;
  readonly device: string;
  readonly hash: string;
  readonly line: string | null;
  readonly site: string | null;
  readonly created_ms: number;
  readonly expires_ms: number;
  readonly used_ms: number | null;
  readonly cancelled_ms: number | null;
  readonly binding: string | null;
  readonly certificate: string | null;
}

/** A row of table `claim_history`. */
export interface ClaimEntrySql {
  readonly claim: string;
  readonly device: string;
  readonly at_ms: number;
  readonly who: string;
  readonly action: string;
  readonly detail: string | null;
}

export const CLAIM_COLUMNS =
  'id, device, hash, line, site, created_ms, expires_ms, used_ms, cancelled_ms, binding, certificate';
export const CLAIM_ENTRY_COLUMNS = 'claim, device, at_ms, who, action, detail';

export function toClaim(row: ClaimSql): Claim {
  return {
    ...{ id: row.id, device: row.device, hash: row.hash, line: row.line ?? undefined, site: row.site ?? undefined },
    ...{ createdAtMs: row.created_ms, expiresAtMs: row.expires_ms },
    ...{ usedAtMs: row.used_ms ?? undefined, cancelledAtMs: row.cancelled_ms ?? undefined },
    ...{ binding: row.binding ?? undefined, certificate: row.certificate ?? undefined },
  };
}

/** The values of a new claim, in the order of `CLAIM_COLUMNS`. */
export function claimValues(claim: Claim): readonly (string | number | null)[] {
  const { id, device, hash, line, site, createdAtMs, expiresAtMs } = claim;
  return [id, device, hash, line ?? null, site ?? null, createdAtMs, expiresAtMs, null, null, null, null];
}

const ACTIONS: readonly ClaimAction[] = ['made', 'used', 'asked again', 'refused', 'cancelled'];

export function toClaimEntry({ claim, device, at_ms: atMs, who, action, detail }: ClaimEntrySql): ClaimEntry {
  // What a newer version did with it is shown as a refusal with its name rather than not at all.
  const known = ACTIONS.find((one) => one === action);
  return {
    claim,
    device,
    atMs,
    who,
    action: known ?? 'refused',
    detail: known === undefined ? action : (detail ?? undefined),
  };
}
