import { type Account, NAME } from './access-file.ts';
import { AccessError } from './errors.ts';
import type { Invitation, Invitations } from './invitations.ts';
import { hashPassword, matchesPassword, passwordProblem } from './password.ts';
import { type NewSession, PERSON, type Sessions, sha256, WALL } from './sessions.ts';
import { Throttle } from './throttle.ts';

export interface LogInParts {
  readonly sessions: Sessions;
  readonly invitations: Invitations;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly wallMs: () => number;
  readonly audit: (action: string, details: Readonly<Record<string, string>>, who: string) => void;
}

export interface SetUpRequest {
  readonly code: string;
  readonly name: string;
  readonly password: string;
  readonly address: string;
}

/** A new password for one that is known. */
export interface PasswordChange {
  readonly current: string;
  readonly password: string;
  readonly address: string;
}

/** Passwords that are checked at once: each takes 19 MiB and a CPU for a moment. So many others may wait for their turn. */
const MAX_CHECKS = 2;
const MAX_WAITING = 8;
/** A hash that no password has, so that a name that is not there takes as long as a wrong password. */
const NO_ACCOUNT = `$argon2id$v=19$m=19456,t=2,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/** The ways in: password, code, token. Guessing is slowed down, and tells nothing about which part was wrong. */
export class LogIn {
  readonly #parts: LogInParts;
  readonly #throttle: Throttle;
  readonly #waiting: (() => void)[] = [];
  #checks = 0;

  constructor(parts: LogInParts) {
    this.#parts = parts;
    this.#throttle = new Throttle(parts.nowMs);
  }

  async withPassword(
    accounts: readonly Account[],
    name: string,
    password: string,
    address: string,
  ): Promise<NewSession> {
    const keys = [`name ${name}`, `address ${address}`];
    this.#mayTry(keys);
    const account = accounts.find((one) => one.name === name);
    const matches = await this.#working(() => matchesPassword(password, account?.password ?? NO_ACCOUNT));
    if (account === undefined || !matches) throw this.#refused(keys, name, 'name or password is wrong');
    this.#throttle.succeeded(keys);
    return this.begin(account, address);
  }

  /** The account that the code is for, with the password; the code is used up. */
  async withCode(accounts: readonly Account[], request: SetUpRequest): Promise<Account> {
    const { code, password, address } = request;
    const keys = [`address ${address}`, 'name setup code'];
    this.#mayTry(keys);
    const invitation = this.#parts.invitations.find(code);
    if (invitation === undefined) throw this.#refused(keys, 'setup code', 'this code is wrong, used or too old');
    const { role } = invitation;
    const name = nameFor(invitation, request.name, accounts);
    const problem = passwordProblem(password);
    if (problem !== undefined) throw refusedAccount(problem, 'several words make a good one');
    const hash = await this.#working(() => hashPassword(password));
    // Meanwhile another request may have used it.
    if (this.#parts.invitations.find(code) === undefined) throw this.#refused(keys, 'setup code', 'this code is used');
    this.#parts.invitations.use(code);
    this.#throttle.succeeded(keys);
    return { name, role, password: hash, madeAtMs: this.#parts.wallMs() };
  }

  /** The hash of a new password, for somebody who is logged in and says the old one: an open page must not be enough to take the account over. */
  async newPassword(account: Account, change: PasswordChange): Promise<string> {
    const keys = [`name ${account.name}`, `address ${change.address}`];
    this.#mayTry(keys);
    const matches = await this.#working(() => matchesPassword(change.current, account.password));
    if (!matches) throw this.#refused(keys, account.name, 'the password of now is wrong');
    this.#throttle.succeeded(keys);
    const problem = passwordProblem(change.password);
    if (problem !== undefined) throw refusedAccount(problem, 'several words make a good one');
    return this.#working(() => hashPassword(change.password));
  }

  withToken(tokens: readonly { name: string; sha256: string }[], token: string, address: string): NewSession {
    const keys = [`address ${address}`];
    this.#mayTry(keys);
    const hash = sha256(token);
    const found = tokens.find((one) => one.sha256 === hash);
    if (found === undefined) throw this.#refused(keys, 'wall screen', 'this token is not known');
    return this.#parts.sessions.begin(`wall ${found.name}`, 'wall', WALL);
  }

  begin({ name, role }: Pick<Account, 'name' | 'role'>, address: string): NewSession {
    this.#parts.audit('logged_in', { address }, name);
    return this.#parts.sessions.begin(name, role, PERSON);
  }

  #mayTry(keys: readonly string[]): void {
    const waitMs = this.#throttle.waitMs(keys);
    if (waitMs <= 0) return;
    const retryAfterS = Math.ceil(waitMs / 1000);
    throw new AccessError({
      code: 'login_throttled',
      message: 'too many failed attempts',
      advice: `wait for ${retryAfterS} s`,
      retryAfterS,
      retry: 'later',
    });
  }

  #refused(keys: readonly string[], who: string, message: string): AccessError {
    if (this.#throttle.failed(keys)) this.#parts.audit('login_throttled', { attempts: keys.join(', ') }, who);
    const advice = 'ask whoever looks after the device: lineside access users';
    return new AccessError({ code: 'login_refused', message, advice });
  }

  async #working<T>(work: () => Promise<T>): Promise<T> {
    if (this.#waiting.length >= MAX_WAITING) {
      const message = 'others are logging in at this moment';
      throw new AccessError({ code: 'login_busy', message, advice: 'try again in a second', retry: 'later' });
    }
    if (this.#checks >= MAX_CHECKS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#checks += 1;
    try {
      return await work();
    } finally {
      // Whoever waited longest takes this place.
      const next = this.#waiting.shift();
      if (next === undefined) this.#checks -= 1;
      else next();
    }
  }
}

function nameFor(invitation: Invitation, given: string, accounts: readonly Account[]): string {
  const name = invitation.name ?? given;
  if (!NAME.test(name)) {
    throw refusedAccount(
      'this is no name for an account',
      'use 1 to 32 small letters, digits, dots, dashes, underscores',
    );
  }
  if (invitation.name === undefined && accounts.some((account) => account.name === name)) {
    throw refusedAccount(`there is an account ${name} already`, 'choose another name');
  }
  return name;
}

const refusedAccount = (message: string, advice: string): AccessError =>
  new AccessError({ code: 'account_refused', message, advice });
