import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import type { Clock } from '@lineside/kit';
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
  readonly clock: Clock;
}

/** Decides who may read: everybody on loopback; with a token only requests with it, or with a session made from it. */
export class Access {
  readonly #options: AccessOptions;
  readonly #sessions = new Map<string, number>();
  readonly #attempts: AttemptLimit;

  constructor(options: AccessOptions) {
    this.#options = options;
    this.#attempts = new AttemptLimit(() => options.clock.monoMs());
  }

  get needsToken(): boolean {
    return this.#options.token !== undefined;
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
    if (!this.needsToken || this.#sessionFits(request) || this.#bearerFits(request)) return;
    throw new ProblemError({
      status: 401,
      code: 'token_needed',
      title: 'A token is needed.',
      advice: 'send `Authorization: Bearer TOKEN`, or sign in on the page',
    });
  }

  /** Cookie of a new session for a request with the token; a wrong token is answered with a delay, and many are refused. */
  async signIn(token: string, address: string): Promise<string> {
    const { clock, secure } = this.#options;
    this.#assertMayTry(address);
    if (!this.#tokenFits(token)) {
      this.#attempts.wrong(address);
      await clock.sleep(WRONG_TOKEN_DELAY_MS);
      throw new ProblemError({ status: 401, code: 'token_wrong', title: 'This is not the token.' });
    }
    this.#forgetOld();
    const id = randomBytes(24).toString('base64url');
    this.#sessions.set(id, clock.monoMs() + SESSION_MS);
    return `${COOKIE}=${id}; Path=/; Max-Age=${SESSION_MS / 1000}; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`;
  }

  #forgetOld(): void {
    const now = this.#options.clock.monoMs();
    for (const [id, until] of this.#sessions) {
      if (until < now || this.#sessions.size >= MAX_SESSIONS) this.#sessions.delete(id);
    }
  }

  #bearerFits(request: FastifyRequest): boolean {
    const authorization = request.headers.authorization;
    if (authorization === undefined) return false;
    this.#assertMayTry(request.ip);
    const [, token] = /^Bearer ([\x21-\x7e]+)$/.exec(authorization) ?? [];
    const fits = token !== undefined && this.#tokenFits(token);
    if (!fits) this.#attempts.wrong(request.ip);
    return fits;
  }

  #sessionFits(request: FastifyRequest): boolean {
    const [, id] = new RegExp(`(?:^|; )${COOKIE}=([A-Za-z0-9_-]+)`).exec(request.headers.cookie ?? '') ?? [];
    const until = id === undefined ? undefined : this.#sessions.get(id);
    return until !== undefined && until > this.#options.clock.monoMs();
  }

  #assertMayTry(address: string): void {
    const waitS = this.#attempts.waitS(address);
    if (waitS > 0) throw tooManyAttempts(waitS);
  }

  #tokenFits(token: string): boolean {
    const expected = this.#options.token;
    return expected !== undefined && timingSafeEqual(digest(token), digest(expected));
  }
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
