import { randomBytes } from 'node:crypto';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { exitText, messageOf, SupervisedProcess } from '@lineside/kit';
import type { StreamErrorCode } from '../domain/index.ts';
import { StreamError } from './errors.ts';
import { type PipelineRequest, pipelineArguments } from './gstreamer.ts';
import { belongsToUs } from './socket-owner.ts';
import { UrlHandover } from './url-handover.ts';

const HOST = '127.0.0.1';
const FIRST_PIPE = 3;

/** What GStreamer writes about each way to fail; the first that matches decides. */
const CAUSES: readonly (readonly [StreamErrorCode, RegExp])[] = [
  ['auth', /unauthorized|\(401\)/i],
  ['not_found', /not found|\(404\)/i],
  ['busy', /service unavailable|\(503\)/i],
  ['no_bandwidth', /\(453\)/i],
  ['refused', /connection refused/i],
  ['unknown_host', /could not resolve|error resolving/i],
  ['timed_out', /timed out|timeout/i],
  ['refused', /failed to connect/i],
  ['codec', /no suitable plugins|not-negotiated|failed to decode/i],
];

/**
 * Another way to decode a camera: a GStreamer child pulls and decodes the stream and gives uncompressed frames to FFmpeg,
 * which makes of them what it makes of every other source. FFmpeg reads them from a server on the loopback.
 */
export class GstreamerRelay implements AsyncDisposable {
  /** What stands in FFmpeg's arguments. */
  readonly input: string;
  readonly #server: Server;
  readonly #handover: UrlHandover;
  readonly #children = new Set<SupervisedProcess>();
  #failure: StreamError | undefined;

  private constructor(server: Server, handover: UrlHandover, input: string) {
    this.#server = server;
    this.#handover = handover;
    this.input = input;
  }

  /** Ends with `await using`. */
  static async open(url: string, pipeline: Omit<PipelineRequest, 'location' | 'pipe'>): Promise<GstreamerRelay> {
    const handover = await UrlHandover.open(url);
    const token = randomBytes(16).toString('hex');
    const server = createServer();
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(0, HOST, () => resolve());
    });
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the server has no port');
    const relay = new GstreamerRelay(server, handover, `http://${HOST}:${address.port}/${token}`);
    server.on('request', ({ url: path, socket }, response) => {
      void belongsToUs(socket).then((ours) => {
        if (ours && path === `/${token}`) relay.#serve(response, pipeline);
        else response.destroy();
      });
    });
    return relay;
  }

  /** Why GStreamer ended; undefined when it was not its fault. */
  get failure(): StreamError | undefined {
    return this.#failure;
  }

  redact(text: string): string {
    return this.#handover.redact(text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#children].map((child) => child.kill()));
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    await this.#handover[Symbol.asyncDispose]();
  }

  #serve(response: ServerResponse, pipeline: Omit<PipelineRequest, 'location' | 'pipe'>): void {
    const child = new SupervisedProcess({
      command: 'gst-launch-1.0',
      args: pipelineArguments({ ...pipeline, location: this.#handover.input, pipe: FIRST_PIPE }),
      // It dies with the group of the vision process, which may be killed at any time.
      ...{ extraPipes: 1, group: 'parent' },
    });
    this.#children.add(child);
    const [frames] = child.extraPipes;
    response.on('error', () => frames?.destroy()).on('close', () => void child.kill());
    response.writeHead(200, { 'Content-Type': 'video/x-yuv4mpeg' });
    frames?.pipe(response);
    void child.exited.then(exitText, messageOf).then((how) => {
      this.#children.delete(child);
      const lines = this.redact(child.stderr).trim().split('\n');
      const [code = 'ended', line = lines[0] || `GStreamer ended: ${how}`] = causeIn(lines) ?? [];
      if (child.exit?.forced !== true)
        this.#failure = new StreamError(code, line.replace(/^ERROR: from element \S+: /, ''));
      response.destroy();
    });
  }
}

function causeIn(lines: readonly string[]): readonly [StreamErrorCode, string] | undefined {
  for (const [code, pattern] of CAUSES) {
    const line = lines.find((candidate) => pattern.test(candidate));
    if (line !== undefined) return [code, line];
  }
  return undefined;
}
