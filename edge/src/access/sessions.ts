import { createHash, randomBytes } from 'node:crypto';
import type { Rank } from './roles.ts';

/** Who a request is from. */
export interface Identity {
  /** Name of the account; `wall NAME` of a wall screen. */
  readonly who: string;
  readonly rank: Rank;
  /** To be sent back with every change: only a page of this origin can know it. */
  readonly csrf: string;
}

/** A session that has just begun. */
export interface NewSession extends Identity {
  /** The value of the cookie; kept nowhere else. */
  readonly token: string;
  readonly maxAgeS: number;
}

interface Session extends Identity {
  readonly beganMs: number;
  readonly maxMs: number;
  readonly idleMs: number;
  usedMs: number;
  readonly ends: Set<() => void>;
}

export interface SessionLimits {
  readonly idleMs: number;
  readonly maxMs: number;
}

/** Of a person, and of a screen on a wall that nobody logs in at. */
export const PERSON: SessionLimits = { idleMs: 30 * 60_000, maxMs: 12 * 3_600_000 };
export const WALL: SessionLimits = { idleMs: Number.POSITIVE_INFINITY, maxMs: 30 * 24 * 3_600_000 };
const MAX_SESSIONS = 200;

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Sessions that are open, in memory: a restart of the service ends them all. Times are monotonic. */
export class Sessions {
  readonly #open = new Map<string, Session>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  begin(who: string, rank: Rank, { idleMs, maxMs }: SessionLimits): NewSession {
    const token = randomBytes(32).toString('base64url');
    const csrf = randomBytes(24).toString('base64url');
    const now = this.#nowMs();
    for (const key of this.#open.keys()) {
      if (this.#open.size < MAX_SESSIONS) break;
      this.#end(key);
    }
    this.#open.set(sha256(token), { who, rank, csrf, beganMs: now, usedMs: now, idleMs, maxMs, ends: new Set() });
    return { who, rank, csrf, token, maxAgeS: Math.floor(maxMs / 1000) };
  }

  /** Whose session this is; `isUse` says that a person did something, which keeps it open. */
  find(token: string, isUse: boolean): Identity | undefined {
    const session = this.#current(sha256(token));
    if (session === undefined) return undefined;
    if (isUse) session.usedMs = this.#nowMs();
    const { who, rank, csrf } = session;
    return { who, rank, csrf };
  }

  /** Calls `end` when the session ends: long answers must not outlive it. Returns how to stop that. */
  onEnd(token: string, end: () => void): () => void {
    const session = this.#current(sha256(token));
    if (session === undefined) {
      end();
      return () => undefined;
    }
    session.ends.add(end);
    return () => void session.ends.delete(end);
  }

  end(token: string): void {
    this.#end(sha256(token));
  }

  /** Ends every session of this account, but for the one that `kept` is the token of. */
  endOf(who: string, kept?: string): void {
    const key = kept === undefined ? undefined : sha256(kept);
    for (const [other, session] of this.#open) if (session.who === who && other !== key) this.#end(other);
  }

  /** How many sessions of this account are open. */
  countOf(who: string): number {
    return [...this.#open.keys()].filter((key) => this.#current(key)?.who === who).length;
  }

  endAll(): void {
    for (const key of this.#open.keys()) this.#end(key);
  }

  /** Ends what is over; to be called regularly. */
  sweep(): void {
    for (const key of this.#open.keys()) this.#current(key);
  }

  #current(key: string): Session | undefined {
    const session = this.#open.get(key);
    if (session === undefined) return undefined;
    const now = this.#nowMs();
    if (now - session.usedMs < session.idleMs && now - session.beganMs < session.maxMs) return session;
    this.#end(key);
    return undefined;
  }

  #end(key: string): void {
    const session = this.#open.get(key);
    this.#open.delete(key);
    for (const end of session?.ends ?? []) end();
  }
}
