import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type Clock, messageOf, Redactor, redactUrls, systemCode, unlessAbort } from '@lineside/kit';
import { causeOfStatus } from './classify.ts';
import { StreamError } from './errors.ts';
import { httpGet } from './http-get.ts';
import { belongsToUs } from './socket-owner.ts';
import { SOCKET_TIMEOUT_MS } from './sources/index.ts';

const HOST = '127.0.0.1';
const PICTURE = /^image\/p?jpe?g$/;

/** True for a URL that gives one JPEG at a time. False when it does not answer: FFmpeg reports why. */
export async function givesSnapshots(url: string, signal: AbortSignal): Promise<boolean> {
  if (!/^https?:\/\//i.test(url) || !URL.canParse(url)) return false;
  const limited = AbortSignal.any([signal, AbortSignal.timeout(SOCKET_TIMEOUT_MS)]);
  const answer = await httpGet(url, { body: false, signal: limited }).catch(() => undefined);
  return answer?.status === 200 && PICTURE.test(answer.contentType);
}

export interface SnapshotOptions {
  readonly url: string;
  /** Pictures a second. */
  readonly fps: number;
  /** Failures that last for so long end the stream. */
  readonly patienceMs: number;
  readonly clock: Clock;
}

/**
 * Makes a stream of a camera's snapshot URL: a server on the loopback that asks the camera for one picture after the
 * other, at the rate that is wanted, and hands them on to FFmpeg as multipart MJPEG. A picture that does not come is left out.
 */
export class SnapshotRelay implements AsyncDisposable {
  /** What stands in FFmpeg's arguments. */
  readonly input: string;
  readonly #options: SnapshotOptions;
  readonly #server: Server;
  readonly #stop: AbortController;
  readonly #redactor: Redactor;
  #failure: StreamError | undefined;

  private constructor(options: SnapshotOptions, server: Server, input: string, stop: AbortController) {
    this.#options = options;
    this.#server = server;
    this.input = input;
    this.#stop = stop;
    this.#redactor = Redactor.ofUrl(options.url, [[input, redactUrls(options.url)]]);
  }

  /** Ends with `await using`. */
  static async open(options: SnapshotOptions): Promise<SnapshotRelay> {
    const token = randomBytes(16).toString('hex');
    const stop = new AbortController();
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, HOST, () => resolve());
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const relay = new SnapshotRelay(options, server, `http://${HOST}:${address.port}/${token}`, stop);
    server.on('request', ({ url, socket }, response) => {
      void belongsToUs(socket).then((ours) => {
        if (ours && url === `/${token}`) void relay.#serve(response);
        else response.destroy();
      });
    });
    return relay;
  }

  /** Why the camera gave no more pictures; undefined when it was not its fault. */
  get failure(): StreamError | undefined {
    return this.#failure;
  }

  redact(text: string): string {
    return this.#redactor.redact(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop.abort();
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  async #serve(response: ServerResponse): Promise<void> {
    const { fps, patienceMs, clock } = this.#options;
    const gone = new AbortController();
    response.on('close', () => gone.abort()).on('error', () => gone.abort());
    const signal = AbortSignal.any([gone.signal, this.#stop.signal]);
    response.writeHead(200, { 'Content-Type': 'multipart/x-mixed-replace; boundary=frame' });
    let goodMs = clock.monoMs();
    while (!signal.aborted) {
      const startedMs = clock.monoMs();
      const picture = await this.#picture(signal);
      if (picture !== undefined) {
        goodMs = clock.monoMs();
        response.write(`--frame\r\nContent-Type: image/jpeg\r\nContent-Length: ${picture.length}\r\n\r\n`);
        response.write(picture);
        response.write('\r\n');
      } else if (clock.monoMs() - goodMs > patienceMs) break;
      const waitMs = startedMs + 1000 / fps - clock.monoMs();
      await clock.sleep(Math.max(waitMs, 1), signal).catch(unlessAbort);
    }
    response.destroy();
  }

  /** One picture, or undefined with the reason kept. */
  async #picture(signal: AbortSignal): Promise<Buffer | undefined> {
    const { url, patienceMs } = this.#options;
    const limited = AbortSignal.any([signal, AbortSignal.timeout(patienceMs)]);
    try {
      const { status, words, contentType, body } = await httpGet(url, { body: true, signal: limited });
      if (status === 200 && PICTURE.test(contentType) && body.length > 0) {
        this.#failure = undefined;
        return body;
      }
      const other = new StreamError('not_video', `the camera answers with ${contentType || 'no content type'}`);
      this.#failure = status === 200 ? other : errorOf(causeOfStatus(status, words));
    } catch (error) {
      if (!signal.aborted) this.#failure = errorOf(causeOfError(error, limited.aborted), error);
    }
    return undefined;
  }
}

interface Cause {
  readonly code: StreamError['code'];
  readonly line: string;
}

function errorOf({ code, line }: Cause, cause?: unknown): StreamError {
  return new StreamError(code, line, cause);
}

const CODES: Readonly<Record<string, StreamError['code']>> = {
  ECONNREFUSED: 'refused',
  ENOTFOUND: 'unknown_host',
  EAI_AGAIN: 'unknown_host',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ETIMEDOUT: 'timed_out',
};

function causeOfError(error: unknown, late: boolean): Cause {
  if (late) return { code: 'timed_out', line: 'the camera did not send its picture in time' };
  return { code: CODES[systemCode(error) ?? ''] ?? 'ended', line: messageOf(error) };
}
