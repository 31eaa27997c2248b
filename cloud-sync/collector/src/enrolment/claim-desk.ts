import type { Clock } from '@lineside/kit';
import { isDeviceId } from '@lineside/protocol';
import type { CredentialStore } from '../broker/index.ts';
import { UsageError } from '../errors/index.ts';
import type { Claim, ClaimEntry, ClaimStore } from './claim-store.ts';
import { makeClaim } from './make-claim.ts';

/** How long a claim is good at most. */
const LONGEST_MS = 7 * 24 * 3_600_000;
/** Characters of a name of a line or a site. */
const LABEL = 128;
/** Claims and lines of their history that are listed. */
const MOST = 200;

/** What is asked for a device that may enrol. */
export interface ClaimWish {
  readonly device: string;
  readonly line: string | undefined;
  readonly site: string | undefined;
  readonly forMs: number;
  /** Also for a device that has a credential, which then ends when the new one is used. */
  readonly replace: boolean;
}

export interface ClaimDeskOptions {
  readonly claims: Pick<ClaimStore, 'add' | 'list' | 'history' | 'cancel'>;
  readonly credentials: Pick<CredentialStore, 'get'>;
  /** Certificate of the collector's authority, PEM. */
  readonly ca: () => Promise<string>;
  readonly clock: Pick<Clock, 'wallMs'>;
  readonly random: (bytes: number) => Uint8Array;
}

export type ClaimState = 'open' | 'used' | 'cancelled' | 'expired';

/** Where a person lets a device in, or no longer: for the command line and for the page. Everything is in the history of the claims. */
export class ClaimDesk {
  readonly #options: ClaimDeskOptions;

  constructor(options: ClaimDeskOptions) {
    this.#options = options;
  }

  /** A claim for one device, and its code, which is kept nowhere. Throws UsageError. */
  async make(wish: ClaimWish, who: string): Promise<{ readonly claim: Claim; readonly code: string }> {
    const { claims, credentials, ca, clock, random } = this.#options;
    const { device, line, site, forMs, replace } = wish;
    assertDeviceId(device);
    if (!(forMs > 0 && forMs <= LONGEST_MS)) {
      throw invalid('this is no time for which a claim can be good', 'a duration like 15m, 1h or 72h, at most 168h');
    }
    if ([line ?? '', site ?? ''].some((label) => label.length > LABEL)) {
      throw invalid(`a name of more than ${LABEL} characters`, 'shorten the name of the line or of the site');
    }
    if (!replace && (await credentials.get(device)) !== undefined) {
      throw new UsageError({
        code: 'device_exists',
        message: `${device} has a credential already`,
        advice: 'ask for a new one (--replace), which ends the old one',
      });
    }
    const made = makeClaim({ device, line, site, forMs, nowMs: clock.wallMs(), ca: await ca(), random });
    await claims.add(made.claim, who);
    return made;
  }

  /** The number of open claims of the device that ended. */
  async cancel(device: string, who: string): Promise<number> {
    assertDeviceId(device);
    return this.#options.claims.cancel(device, who, this.#options.clock.wallMs());
  }

  /** The newest claims and lines of their history, newest first. */
  async list(): Promise<{
    readonly claims: readonly (Claim & { readonly state: ClaimState })[];
    readonly history: readonly ClaimEntry[];
  }> {
    const { claims, clock } = this.#options;
    const nowMs = clock.wallMs();
    return {
      claims: (await claims.list(MOST)).map((claim) => ({ ...claim, state: stateOf(claim, nowMs) })),
      history: await claims.history(MOST),
    };
  }
}

/** What became of a claim. */
export function stateOf({ usedAtMs, cancelledAtMs, expiresAtMs }: Claim, nowMs: number): ClaimState {
  if (usedAtMs !== undefined) return 'used';
  if (cancelledAtMs !== undefined) return 'cancelled';
  return expiresAtMs <= nowMs ? 'expired' : 'open';
}

function assertDeviceId(id: string): void {
  if (isDeviceId(id)) return;
  throw new UsageError({
    code: 'device_id_invalid',
    message: `${JSON.stringify(id)} cannot be a device id`,
    advice: 'use 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit, and not "collector"',
  });
}

function invalid(message: string, advice: string): UsageError {
  return new UsageError({ code: 'claim_invalid', message, advice });
}
