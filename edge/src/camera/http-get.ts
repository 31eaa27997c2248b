import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

const REDIRECTIONS_MAX = 3;
const BODY_MAX = 32 << 20;

export interface HttpAnswer {
  readonly status: number;
  readonly words: string;
  readonly contentType: string;
  /** Empty when it was not wanted. */
  readonly body: Buffer;
}

/** Gets a URL with the user name and password in it, by Basic or Digest, and follows redirections. */
export async function httpGet(
  url: string,
  { body, signal }: { readonly body: boolean; readonly signal: AbortSignal },
): Promise<HttpAnswer> {
  let target = new URL(url);
  const user = { name: decodeURIComponent(target.username), password: decodeURIComponent(target.password) };
  const { host } = target;
  let authorization: string | undefined;
  for (let moves = 0; ; ) {
    const message = await open(target, authorization, signal);
    const { statusCode: status = 0, statusMessage: words = '', headers } = message;
    const { location } = headers;
    if (status >= 300 && status < 400 && location !== undefined && moves < REDIRECTIONS_MAX) {
      message.destroy();
      moves += 1;
      target = new URL(location, target);
      authorization = undefined;
      continue;
    }
    // Credentials go to the host that they were written for.
    if (status === 401 && authorization === undefined && user.name !== '' && target.host === host) {
      authorization = authorizationFor(headers['www-authenticate'] ?? '', user, target);
      message.destroy();
      if (authorization !== undefined) continue;
    }
    const contentType = (headers['content-type'] ?? '').split(';', 1)[0]?.trim().toLowerCase() ?? '';
    const content = body && status === 200 ? await read(message) : Buffer.alloc(0);
    message.destroy();
    return { status, words, contentType, body: content };
  }
}

function open(target: URL, authorization: string | undefined, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const { hostname, port, pathname, search, protocol } = target;
    const options = {
      ...{ host: hostname.replace(/^\[(.*)\]$/, '$1'), port, path: pathname + search, signal, agent: false },
      ...{ headers: authorization === undefined ? {} : { Authorization: authorization } },
      // As FFmpeg does: cameras have certificates that they signed themselves.
      rejectUnauthorized: false,
    };
    const request = protocol === 'https:' ? httpsRequest(options, resolve) : httpRequest(options, resolve);
    request.on('error', reject).end();
  });
}

async function read(message: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of message) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes > BODY_MAX) throw new Error(`the answer is longer than ${BODY_MAX} bytes`);
  }
  return Buffer.concat(parts);
}

/** The `Authorization` header for a challenge, or undefined where there is no way to answer it (RFC 7616, RFC 7617). */
function authorizationFor(
  challenge: string,
  user: { readonly name: string; readonly password: string },
  target: URL,
): string | undefined {
  const digest = /\bDigest\s+(.*)$/is.exec(challenge)?.[1];
  if (digest === undefined) {
    if (!/\bBasic\b/i.test(challenge)) return undefined;
    return `Basic ${Buffer.from(`${user.name}:${user.password}`).toString('base64')}`;
  }
  const field = (name: string): string | undefined => {
    const found = new RegExp(`\\b${name}\\s*=\\s*(?:"([^"]*)"|([^\\s,]+))`, 'i').exec(digest);
    return found?.[1] ?? found?.[2];
  };
  const algorithm = field('algorithm') ?? 'MD5';
  const kind = { MD5: 'md5', 'SHA-256': 'sha256' }[algorithm.toUpperCase()];
  if (kind === undefined) return undefined;
  const hash = (text: string): string => createHash(kind).update(text).digest('hex');
  const [realm, nonce, opaque] = [field('realm') ?? '', field('nonce') ?? '', field('opaque')];
  const uri = target.pathname + target.search;
  const [first, second] = [hash(`${user.name}:${realm}:${user.password}`), hash(`GET:${uri}`)];
  const hasQop = /\bauth\b/.test(field('qop') ?? '');
  const cnonce = randomBytes(8).toString('hex');
  const response = hash([first, nonce, ...(hasQop ? ['00000001', cnonce, 'auth'] : []), second].join(':'));
  return [
    `Digest username="${user.name}", realm="${realm}", nonce="${nonce}", uri="${uri}", response="${response}"`,
    `algorithm=${algorithm}`,
    ...(hasQop ? ['qop=auth', 'nc=00000001', `cnonce="${cnonce}"`] : []),
    ...(opaque === undefined ? [] : [`opaque="${opaque}"`]),
  ].join(', ');
}
