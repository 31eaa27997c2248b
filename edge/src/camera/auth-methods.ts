import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';

const ANSWER_MAX = 16 * 1024;
const ANSWER_MS = 3_000;

/** One way to log in that a camera offers: `Basic`, or `Digest` with its algorithm. */
export interface AuthMethod {
  readonly scheme: string;
  /** In capitals; MD5 where a Digest names none (RFC 7616, 3.3). */
  readonly algorithm?: string;
}

/** True when FFmpeg can log in by this method: it has Basic and Digest with MD5 alone. */
export function isKnownToFfmpeg({ scheme, algorithm }: AuthMethod): boolean {
  return /^basic$/i.test(scheme) || (/^digest$/i.test(scheme) && algorithm === 'MD5');
}

/** The methods in the `WWW-Authenticate` headers of an answer. */
export function readAuthMethods(answer: string): readonly AuthMethod[] {
  const headers = answer.replace(/\r\n[ \t]+/g, ' ').matchAll(/^www-authenticate:\s*(.*?)\s*$/gim);
  return [...headers].flatMap(([, header = '']) =>
    // Several challenges may stand in one header: each begins with its scheme before the first parameter.
    [
      ...header.matchAll(/(?:^|,)\s*([a-z][\w-]*)(?=\s+[a-z-]+\s*=|\s*$)([^]*?)(?=,\s*[a-z][\w-]*\s+[a-z-]+\s*=|$)/gi),
    ].map(([, scheme = '', parameters = '']): AuthMethod => {
      const algorithm = /\balgorithm\s*=\s*"?([\w-]+)/i.exec(parameters)?.[1]?.toUpperCase();
      return /^digest$/i.test(scheme) ? { scheme, algorithm: algorithm ?? 'MD5' } : { scheme };
    }),
  );
}

/**
 * Asks a camera without credentials how it wants them: FFmpeg logs a refusal, but not what was offered. Empty when the
 * camera does not answer in time, or asks for none.
 */
export async function authMethodsOf(url: string, signal: AbortSignal): Promise<readonly AuthMethod[]> {
  const found = /^(rtsp|http)(s?):/i.exec(url);
  if (found === null || !URL.canParse(url)) return [];
  const isHttp = found[1]?.toLowerCase() === 'http';
  // Special schemes lose their default port, others their paths' meaning: all are read as http.
  const { hostname, port, pathname, search } = new URL(url.replace(/^\w+:/, found[2] === '' ? 'http:' : 'https:'));
  const secure = found[2] !== '';
  const usual = isHttp ? (secure ? 443 : 80) : secure ? 322 : 554;
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  const place = `${hostname}${port === '' ? '' : `:${port}`}`;
  const request = isHttp
    ? `GET ${pathname}${search} HTTP/1.1\r\nHost: ${place}\r\nConnection: close\r\n\r\n`
    : `DESCRIBE rtsp${found[2] ?? ''}://${place}${pathname}${search} RTSP/1.0\r\nCSeq: 1\r\nAccept: application/sdp\r\n\r\n`;
  const target = { host, port: port === '' ? usual : Number(port) };
  const answer = await ask(request, target, secure, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
  return /^\S+ 401\b/.test(answer) ? readAuthMethods(answer) : [];
}

/** Sends a request and reads the head of the answer; what came until the connection failed or `signal` aborted. */
function ask(
  request: string,
  target: { readonly host: string; readonly port: number },
  secure: boolean,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((resolve) => {
    // Like FFmpeg: cameras have certificates of their own. Nothing secret is sent.
    const socket = secure ? connectTls({ ...target, rejectUnauthorized: false }) : connect(target);
    let answer = '';
    const end = (): void => {
      signal.removeEventListener('abort', end);
      socket.destroy();
      resolve(answer);
    };
    signal.addEventListener('abort', end, { once: true });
    socket.on('error', end).on('close', end);
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
      if (answer.includes('\r\n\r\n') || answer.length > ANSWER_MAX) end();
    });
    socket.write(request);
    if (signal.aborted) end();
  });
}
