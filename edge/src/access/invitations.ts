import { randomInt } from 'node:crypto';
import { sha256 } from './sessions.ts';
import type { Role } from './roles.ts';

/** Crockford's letters and digits: none can be taken for another. */
// cspell:disable-next-line
const LETTERS = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LENGTH = 10;
const VALID_MS = 15 * 60_000;
const MAX_OPEN = 20;

export interface Invitation {
  readonly role: Role;
  /** The account that gets a password; absent where the person chooses the name. */
  readonly name?: string;
}

/** One-time codes with which a person makes an account, or gets a new password. In memory, for a quarter of an hour. */
export class Invitations {
  readonly #open = new Map<string, Invitation & { readonly untilMs: number }>();
  readonly #nowMs: () => number;

  /** `nowMs`: monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** `K7QMX-2HJ4P`: 50 random bits. */
  make(invitation: Invitation): { readonly code: string; readonly validMs: number } {
    const code = Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('');
    for (const key of this.#open.keys()) {
      if (this.#open.size < MAX_OPEN) break;
      this.#open.delete(key);
    }
    this.#open.set(sha256(code), { ...invitation, untilMs: this.#nowMs() + VALID_MS });
    return { code: `${code.slice(0, 5)}-${code.slice(5)}`, validMs: VALID_MS };
  }

  /** What the code is for; undefined for a wrong or an old one. */
  find(code: string): Invitation | undefined {
    const found = this.#open.get(keyOf(code));
    return found === undefined || found.untilMs <= this.#nowMs() ? undefined : found;
  }

  use(code: string): void {
    this.#open.delete(keyOf(code));
  }

  clear(): void {
    this.#open.clear();
  }
}

/** As people type it: small letters, spaces, O for 0, I and L for 1. */
function keyOf(code: string): string {
  return sha256(code.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1'));
}
