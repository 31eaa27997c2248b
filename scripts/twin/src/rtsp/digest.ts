import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { RtspRequest } from './message.ts';

const REALM = 'Lineside twin';
/** A nonce older than this is refused as stale: the client repeats with the fresh one without asking its user. */
const NONCE_LIFE_MS = 60 * 60 * 1000;

export type Verdict = 'accepted' | 'refused' | 'stale';

/**
 * Digest authentication, MD5, with and without qop (RFC 2617, 3.2). A nonce carries its own birth time under a key of
 * this server, so nothing is kept per client.
 */
export class DigestGate {
  readonly #users: ReadonlyMap<string, string>;
  readonly #now: () => number;
  readonly #key = randomBytes(16);

  constructor(users: Readonly<Record<string, string>>, now: () => number) {
    this.#users = new Map(Object.entries(users));
    this.#now = now;
  }

  /** With no users at all, everybody is let in. */
  judge(request: RtspRequest): Verdict {
    if (this.#users.size === 0) return 'accepted';
    const fields = parseDigest(request.headers.get('authorization') ?? '');
    const password = this.#users.get(fields.get('username') ?? '');
    const uri = fields.get('uri') ?? '';
    // "The server MUST assure that the resource designated by the uri directive is the same" (3.2.2.5).
    if (password === undefined || uri !== request.uri) return 'refused';
    const ha1 = md5(`${fields.get('username') ?? ''}:${REALM}:${password}`);
    const ha2 = md5(`${request.method}:${uri}`);
    const nonce = fields.get('nonce') ?? '';
    const middle =
      fields.get('qop') === 'auth' ? [nonce, fields.get('nc') ?? '', fields.get('cnonce') ?? '', 'auth'] : [nonce];
    if (!same(md5([ha1, ...middle, ha2].join(':')), fields.get('response') ?? '')) return 'refused';
    return this.#judgeNonce(nonce);
  }

  /** The WWW-Authenticate header of a 401. */
  challenge(stale: boolean): string {
    const born = this.#now().toString(16);
    return `Digest realm="${REALM}", nonce="${born}-${this.#seal(born)}", algorithm=MD5${stale ? ', stale=TRUE' : ''}`;
  }

  #judgeNonce(nonce: string): Verdict {
    const [born = '', seal = ''] = nonce.split('-');
    if (!same(this.#seal(born), seal)) return 'stale';
    return this.#now() - Number.parseInt(born, 16) < NONCE_LIFE_MS ? 'accepted' : 'stale';
  }

  #seal(born: string): string {
    return createHmac('sha256', this.#key).update(born).digest('hex').slice(0, 32);
  }
}

function parseDigest(header: string): ReadonlyMap<string, string> {
  if (!/^Digest\s/i.test(header)) return new Map();
  const pairs = header.slice(7).matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g);
  return new Map([...pairs].map(([, name = '', quoted, bare]) => [name.toLowerCase(), quoted ?? bare ?? '']));
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
