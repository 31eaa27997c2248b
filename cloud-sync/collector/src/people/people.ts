import { createHash, timingSafeEqual } from 'node:crypto';

/** Who acts. */
export interface Person {
  readonly name: string;
  /** Whether a token of the person's own account was given; otherwise the name is what somebody has written. */
  readonly proven: boolean;
}

/** An account as the configuration has it, its token read. */
export interface PersonFile {
  readonly name: string;
  readonly token: string;
}

/** Shorter tokens can be guessed. */
export const LEAST_TOKEN_LENGTH = 16;

/** The accounts of the configuration. Tokens are kept as hashes only, and compared in constant time. */
export class People {
  readonly #accounts: readonly { readonly person: Person; readonly digest: Buffer }[];

  constructor(files: readonly PersonFile[]) {
    this.#accounts = files.map(({ name, token }) => ({ person: { name, proven: true }, digest: digestOf(token) }));
  }

  /** Whether there are accounts; where there are, a name without one counts for nothing. */
  get exist(): boolean {
    return this.#accounts.length > 0;
  }

  /** The person whose token it is. All accounts are compared, so that the time says nothing. */
  find(token: string): Person | undefined {
    const digest = digestOf(token);
    let found: Person | undefined;
    for (const account of this.#accounts) {
      if (timingSafeEqual(account.digest, digest)) found = account.person;
    }
    return found;
  }
}

function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
