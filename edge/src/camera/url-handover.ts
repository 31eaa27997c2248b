import { randomBytes } from 'node:crypto';
import { createServer, type Server, type Socket } from 'node:net';
import { Redactor, redactUrls } from '@lineside/kit';
import { belongsToUs } from './socket-owner.ts';

const HOST = '127.0.0.1';
const REQUEST_MAX = 8 * 1024;
const REQUEST_MS = 5_000;
const NETWORK = /^(rtsp|http)s?:\/\//i;

/**
 * Gives a URL with credentials to FFmpeg without writing it into the arguments, which every user of the machine can read.
 * FFmpeg gets the address of a server on the loopback, which answers with a redirection to the URL (RFC 2326, 11.3;
 * RFC 9110, 15.4.3) when the peer is a process of the same user and names a random token. From then on FFmpeg speaks to
 * the camera alone. See docs/decisions/0024.
 */
export class UrlHandover implements AsyncDisposable {
  /** What stands in the arguments. */
  readonly input: string;
  readonly #redactor: Redactor;
  readonly #server: Server | undefined;
  readonly #sockets: Set<Socket>;

  private constructor(url: string, input: string, server?: Server, sockets = new Set<Socket>()) {
    this.input = input;
    this.#server = server;
    this.#sockets = sockets;
    this.#redactor = Redactor.ofUrl(url, input === url ? [] : [[input, redactUrls(url)]]);
  }

  /** For a source on the network; everything else goes into the arguments as it is. Ends with `await using`. */
  static async open(given: string): Promise<UrlHandover> {
    const url = withPlainScheme(given);
    if (!NETWORK.test(url)) return new UrlHandover(url, url);
    const token = randomBytes(16).toString('hex');
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket.once('close', () => sockets.delete(socket)));
      // A peer that leaves early needs no answer.
      socket.on('error', () => socket.destroy());
      socket.setTimeout(REQUEST_MS, () => socket.destroy());
      answer(socket, token, url);
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, HOST, () => resolve());
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    return new UrlHandover(url, `${kindOf(url)}://${HOST}:${address.port}/${token}`, server, sockets);
  }

  /** For everything that FFmpeg writes: hides the credentials, and names the camera instead of this server. */
  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
    });
  }
}

/** FFmpeg knows the names of protocols in small letters only. */
function withPlainScheme(url: string): string {
  return url.replace(NETWORK, (scheme) => scheme.toLowerCase());
}

/** The protocol that can be spoken without TLS to a server that redirects to the URL. */
function kindOf(url: string): 'rtsp' | 'http' {
  return /^http/i.test(url) ? 'http' : 'rtsp';
}

function answer(socket: Socket, token: string, url: string): void {
  const isOurs = belongsToUs(socket);
  let request = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    request += text;
    if (request.length > REQUEST_MAX) socket.destroy();
    if (!request.includes('\r\n\r\n')) return;
    // GStreamer asks what the server can do, and follows only a redirection of its second request.
    if (/^OPTIONS /.test(request) && /^user-agent:.*gstreamer/im.test(request)) {
      socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${sequenceOf(request)}\r\nPublic: OPTIONS, DESCRIBE, SETUP, PLAY\r\n\r\n`);
      request = '';
      return;
    }
    socket.removeAllListeners('data');
    void isOurs.then((ours) => {
      if (ours && request.split('\r\n', 1)[0]?.includes(`/${token} `) === true) socket.end(redirection(request, url));
      else socket.destroy();
    });
  });
}

function redirection(request: string, url: string): string {
  const location = `Location: ${url.replace(/[\0-\x20]/g, encodeURIComponent)}`;
  if (kindOf(url) === 'http') {
    return `HTTP/1.1 302 Found\r\n${location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`;
  }
  return `RTSP/1.0 302 Found\r\nCSeq: ${sequenceOf(request)}\r\n${location}\r\n\r\n`;
}

function sequenceOf(request: string): string {
  return /^cseq:\s*(\d+)/im.exec(request)?.[1] ?? '1';
}
