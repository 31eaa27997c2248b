import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@lineside/kit';
import type { People, Person } from '../people/index.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { ProblemError, tooManyAttempts } from './problem.ts';

const COOKIE = 'lineside_session';
const SESSION_MS = 12 * 3_600_000;
const MAX_SESSIONS = 1000;
const WRONG_TOKEN_DELAY_MS = 300;

export interface AccessOptions {
  /** Undefined on loopback: every user of this machine may read. */
  readonly token: string | undefined;
  /** Host names under which the page may be opened, besides localhost and IP addresses. */
  readonly hosts: readonly string[];
  /** True when the page is reached over https, so that the cookie can say so. */
  readonly secure: boolean;
  /** Accounts; where there are any, only they may change something. */
  readonly people: People;
  readonly clock: Clock;
}

/** What a token has shown. */
interface Known {
  readonly person?: Person;
}

interface Session extends Known {
  readonly untilMs: number;
}

/**
 * Decides who may read: everybody on loopback; with a token only requests with it, with the token of an account, or with a session made
 * from one. Says whose account it is.
 */
export class Access {
  readonly #options: AccessOptions;
  readonly #sessions = new Map<string, Session>();
  readonly #attempts: AttemptLimit;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#attempts = new AttemptLimit(() => options.clock.monoMs());
  }

  get needsToken(): boolean {
    return this.#options.token !== undefined;
  }

  /** Whether signing in changes anything. */
  get takesTokens(): boolean {
    return this.needsToken || this.#options.people.exist;
  }

  /**
   * Without a token, a foreign name in `Host` is a page of another site whose name was pointed at this machine (DNS
   * rebinding): refused.
   */
  checkHost(request: FastifyRequest): void {
    if (this.needsToken) return;
    const name = (request.headers.host ?? '')
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, '')
      .toLowerCase();
    if (name === 'localhost' || isIP(name) !== 0 || this.#options.hosts.includes(name)) return;
    throw new ProblemError({
      status: 421,
      code: 'host_unknown',
      title: 'This address is not served here.',
      advice: 'open the page by IP address or localhost, or name the host in http.hosts',
    });
  }

  /** Throws a 401 problem unless the request may read. */
  checkRead(request: FastifyRequest): void {
    if (!this.needsToken || this.#session(request) !== undefined || this.#bearer(request) !== undefined) return;
    throw new ProblemError({
      status: 401,
      code: 'token_needed',
      title: 'A token is needed.',
      advice: 'send `Authorization: Bearer TOKEN`, or sign in on the page',
    });
  }

  /** Whether accounts exist, and whose the request is. */
  whoIs(request: FastifyRequest): { readonly accounts: boolean; readonly person: Person | undefined } {
    const { people } = this.#options;
    return { accounts: people.exist, person: (this.#session(request) ?? this.#bearer(request))?.person };
  }

  /**
   * Who changes something: the account of the request, or the name that was given where there are no accounts. Throws a problem: 403 where
   * there are accounts and the request is of none, 400 where nobody is named, or another than the account.
   */
  actor(request: FastifyRequest, by: string | undefined): Person {
    const { accounts, person } = this.whoIs(request);
    if (!accounts) {
      if (by !== undefined) return { name: by, proven: false };
      throw new ProblemError({ status: 400, code: 'query_invalid', title: 'by: nobody is named who does this.' });
    }
    if (person === undefined) {
      throw new ProblemError({
        status: 403,
        code: 'person_unproven',
        title: 'Only a person with an account may do this.',
        advice: 'send the token of your account as `Authorization: Bearer TOKEN`, or sign in with it on the page',
      });
    }
    if (by !== undefined && by.toLowerCase() !== person.name.toLowerCase()) {
      throw new ProblemError({ status: 400, code: 'query_invalid', title: `by: the token is that of ${person.name}.` });
    }
    return person;
  }

  /** Cookie of a new session for a request with the token; a wrong token is answered with a delay, and many are refused. */
  async signIn(token: string, address: string): Promise<string> {
    const { clock, secure } = this.#options;
    this.#assertMayTry(address);
    const known = this.#known(token);
    if (known === undefined) {
      this.#attempts.wrong(address);
      await clock.sleep(WRONG_TOKEN_DELAY_MS);
      throw new ProblemError({ status: 401, code: 'token_wrong', title: 'This is not the token.' });
    }
    this.#forgetOld();
    const id = randomBytes(24).toString('base64url');
    this.#sessions.set(id, { ...known, untilMs: clock.monoMs() + SESSION_MS });
    return `${COOKIE}=${id}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  #forgetOld(): void {
    const now = this.#options.clock.monoMs();
    for (const [id, { untilMs }] of this.#sessions) {
      if (untilMs < now || this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(id);
    }
  }

  /** Token of the request, and whose it is; undefined where there is none that is known here. */
  #bearer(request: FastifyRequest): Known | undefined {
    const authorization = request.headers.authorization;
    if (authorization === undefined) return undefined;
    this.#assertMayTry(request.ip);
    const [, token] = /^Bearer ([\x21-\x7e]+)$/.exec(authorization) ?? [];
    const known = token === undefined ? undefined : this.#known(token);
    if (known === undefined) this.#attempts.wrong(request.ip);
    return known;
  }

  #session(request: FastifyRequest): Known | undefined {
    const [, id] = new RegExp(`(?:^|; )${COOKIE}=([A-Za-z0-9_-]+)`).exec(request.headers.cookie ?? '') ?? [];
    const session = id === undefined ? undefined : this.#sessions.get(id);
    return session !== undefined && session.untilMs > this.#options.clock.monoMs() ? session : undefined;
  }

  #assertMayTry(address: string): void {
    const waitS = this.#attempts.waitS(address);
    if (waitS > 0) throw tooManyAttempts(waitS);
  }

  #known(token: string): Known | undefined {
    const person = this.#options.people.find(token);
    if (person !== undefined) return { person };
    const expected = this.#options.token;
    return expected !== undefined && timingSafeEqual(digest(token), digest(expected)) ? {} : undefined;
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
