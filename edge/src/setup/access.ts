import { timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LinesideError } from '@lineside/kit';

const COOKIE = 'lineside-setup';

/**
 * Who may use the page: the one browser that came with the token. The token counts once; what it gives is a cookie that no
 * script can read and no other site makes the browser send.
 */
export class Access {
  readonly #session: string;
  #token: string | undefined;

  /** Both out of a source of secrets, in letters and digits. */
  constructor(token: string, session: string) {
    this.#token = token;
    this.#session = session;
  }

  /** Lets the request pass, answers it with the cookie, or throws `setup_refused`. */
  check(request: FastifyRequest, reply: FastifyReply): void {
    if (isSame(cookieOf(request), this.#session)) return;
    const { pathname, searchParams } = new URL(request.url, 'http://localhost');
    if (pathname === '/' && isSame(searchParams.get('token') ?? undefined, this.#token)) {
      this.#token = undefined;
      reply.header('set-cookie', `${COOKIE}=${this.#session}; HttpOnly; SameSite=Strict; Path=/`);
      reply.redirect('/');
      return;
    }
    throw new LinesideError({
      code: 'setup_refused',
      message: 'this page is open in the browser that came with its address first',
      advice: 'use that browser, or start lineside camera setup again',
    });
  }
}

function cookieOf({ headers }: FastifyRequest): string | undefined {
  const cookies = (headers.cookie ?? '').split(';').map((text) => text.trim());
  return cookies.find((text) => text.startsWith(`${COOKIE}=`))?.slice(COOKIE.length + 1);
}

function isSame(given: string | undefined, expected: string | undefined): boolean {
  if (given === undefined || expected === undefined) return false;
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
