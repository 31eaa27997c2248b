import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { runProcess, startProcess } from '../../../../tests/support/processes.ts';
import { notAVideo, testVideo } from '../../../../tests/support/video.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { type AccessUnit, fileSource, type H264Source, RtspServer, type RtspServerOptions } from './index.ts';

const QUICK = ['-hide_banner', '-loglevel', 'warning', '-probesize', '32768', '-analyzeduration', '0'];

/** A second of film that can be joined often. */
const CLIP = { fps: 25, seconds: 1, keyEvery: 5 };

async function serve(options: Partial<RtspServerOptions> = {}): Promise<RtspServer & { url: string }> {
  const server = new RtspServer({ host: '127.0.0.1', port: 0, ...options });
  server.addStream('cam', await fileSource(await testVideo(CLIP)));
  const port = await server.listen();
  return Object.assign(server, { url: `rtsp://127.0.0.1:${port}/cam` });
}

/** Pulls `frames` frames with FFmpeg and gives each one's time stamp and picture hash. */
async function pull(url: string, frames: number, transport: 'tcp' | 'udp' = 'tcp') {
  const result = await runProcess('ffmpeg', [
    ...QUICK,
    ...['-rtsp_transport', transport, '-timeout', '10000000', '-i', url, '-an', '-frames:v', `${frames}`],
    ...['-fps_mode', 'passthrough', '-copyts', '-f', 'framemd5', '-'],
  ]);
  const rows = result.stdout.split('\n').filter((line) => /^\d/.test(line));
  const cells = rows.map((row) => row.split(',').map((cell) => cell.trim()));
  const timeBase = Number(/#tb 0: 1\/(\d+)/.exec(result.stdout)?.[1]);
  return { ...result, seconds: cells.map((row) => Number(row[2]) / timeBase), hashes: cells.map((row) => row[5]) };
}

/** A bare RTSP client: sends requests and collects what arrives between the responses. */
class RawClient implements Disposable {
  readonly socket: Socket;
  readonly url: string;
  #received = Buffer.alloc(0);
  #cseq = 0;
  closed = false;

  constructor(url: string) {
    this.url = url;
    this.socket = connect(Number(new URL(url).port), '127.0.0.1');
    this.socket.on('error', () => undefined).on('close', () => (this.closed = true));
    this.socket.on('data', (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
  }

  get received(): number {
    return this.#received.length;
  }

  async ask(method: string, headers: Readonly<Record<string, string>> = {}, url = this.url) {
    const cseq = ++this.#cseq;
    const lines = Object.entries({ CSeq: `${cseq}`, ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
    this.socket.write(`${method} ${url} RTSP/1.0\r\n${lines.join('')}\r\n`);
    const answer = new RegExp(`RTSP/1\\.0 (\\d+) [^\\r]*\\r\\nCSeq: ${cseq}\\r\\n[^]*?\\r\\n\\r\\n`);
    const [text, status] = await waitFor(
      `an answer to ${method}`,
      () => answer.exec(this.#received.toString('latin1')),
      {
        everyMs: 5,
      },
    );
    return {
      status: Number(status),
      text,
      header: (name: string) => new RegExp(`^${name}: (.*)\\r$`, 'm').exec(text)?.[1],
    };
  }

  async setupAndPlay(): Promise<string> {
    const transport = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' };
    const setup = await this.ask('SETUP', transport, `${this.url}/track1`);
    expect(setup.status).toBe(200);
    const session = setup.header('Session')!.split(';')[0]!;
    expect((await this.ask('PLAY', { Session: session })).status).toBe(200);
    return session;
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }
}

describe('RtspServer, pulled by FFmpeg', () => {
  it.each(['tcp', 'udp'] as const)(
    'gives every frame once, in even time, over the end of the file: %s',
    async (transport) => {
      await using server = await serve();
      // The file has 25 frames and starts again; 40 cross the seam.
      const { code, seconds, hashes, stderr } = await pull(server.url, 40, transport);
      expect(code, stderr).toBe(0);
      expect(seconds.length).toBe(40);
      const steps = seconds.slice(1).map((at, i) => at - seconds[i]!);
      for (const step of steps) expect(step).toBeCloseTo(0.04, 3);
      expect(new Set(hashes).size).toBe(25);
      expect(stderr).not.toMatch(/missed|error|corrupt|concealing/i);
    },
  );

  it('shares one opening of the source between clients', async () => {
    const inner = await fileSource(await testVideo(CLIP));
    let opened = 0;
    const counted: H264Source = {
      fps: inner.fps,
      open: (signal) => {
        opened++;
        return inner.open(signal);
      },
    };
    await using server = await serve();
    server.addStream('/counted/', counted);
    const url = server.url.replace('/cam', '/counted');
    const [one, two] = await Promise.all([pull(url, 12, 'tcp'), pull(url, 12, 'udp')]);
    expect([one.hashes.length, two.hashes.length]).toEqual([12, 12]);
    expect(one.hashes.filter((hash) => two.hashes.includes(hash)).length).toBeGreaterThan(0);
    expect(opened).toBe(1);
  });

  it('encodes a file with B-frames anew, so that time only rises', async () => {
    await using server = await serve();
    server.addStream('b', await fileSource(await testVideo({ ...CLIP, bFrames: 2 })));
    const { seconds } = await pull(server.url.replace('/cam', '/b'), 12);
    expect(seconds.length).toBe(12);
    for (const [i, at] of seconds.slice(1).entries()) expect(at).toBeGreaterThan(seconds[i]!);
  });

  it('lets the right password in and nothing else, and knows no unknown path', async () => {
    await using server = await serve({ users: { admin: 'p@ss word' } });
    const as = (user: string): string => server.url.replace('rtsp://', `rtsp://${user}@`);
    expect((await pull(as('admin:p%40ss%20word'), 3)).hashes.length).toBe(3);
    expect((await pull(as('admin:wrong'), 3)).stderr).toMatch(/401 Unauthorized/);
    expect((await pull(server.url, 3)).stderr).toMatch(/401 Unauthorized/);
    expect((await pull(as('admin:p%40ss%20word').replace('/cam', '/nowhere'), 3)).stderr).toMatch(/404 Not Found/);
  });

  it('refuses a transport that it does not offer with 461', async () => {
    await using server = await serve({ transports: ['tcp'] });
    const { stderr, hashes } = await pull(server.url, 3, 'udp');
    expect(hashes.length).toBe(0);
    expect(stderr).toMatch(/461/);
  });

  it('sends nothing while frozen, keeps the connection, and goes on after the thaw', async () => {
    await using server = await serve();
    await using ffmpeg = await startProcess('ffmpeg', [
      ...QUICK,
      ...['-rtsp_transport', 'tcp', '-i', server.url, '-f', 'framemd5', '-flush_packets', '1', '-'],
    ]);
    const frames = (): number => ffmpeg.stdout.split('\n').filter((line) => /^0,/.test(line)).length;
    await waitFor('frames', () => frames() > 3);
    const sent = (): number => server.clients()[0]!.sentFrames;
    server.faults.freeze('cam');
    const before = sent();
    await sleep(700);
    expect(sent()).toBe(before);
    expect(ffmpeg.exit).toBeUndefined();
    server.faults.thaw();
    await waitFor('frames after the thaw', () => frames() > before + 3 && sent() > before + 3);
  });

  it('ends FFmpeg by dropping and by truncating, and takes nobody while refusing', async () => {
    await using server = await serve();
    for (const fault of ['drop', 'truncate'] as const) {
      await using ffmpeg = await startProcess('ffmpeg', [
        ...QUICK,
        '-rtsp_transport',
        'tcp',
        '-i',
        server.url,
        '-f',
        'null',
        '-',
      ]);
      await waitFor('a client', () => server.clients().some(({ sentFrames }) => sentFrames > 2));
      server.faults[fault]();
      await ffmpeg.waitForExit(10_000);
    }
    server.faults.refuseFor(60_000);
    expect((await pull(server.url, 1)).hashes.length).toBe(0);
    server.faults.refuseFor(0);
    expect((await pull(server.url, 1)).hashes.length).toBe(1);
  });

  it('notifies its client when the source has ended', async () => {
    await using server = await serve();
    server.addStream('once', await fileSource(await testVideo({ ...CLIP, seconds: 3 }), { loop: false }));
    const result = await pull(server.url.replace('/cam', '/once'), 1000);
    expect(result.code).toBe(0);
    expect(result.hashes.length).toBeGreaterThan(0);
  });
});

describe('RtspServer, asked by hand', () => {
  it('describes the stream with its parameter sets', async () => {
    await using server = await serve();
    using client = new RawClient(`${server.url}?channel=1`);
    const { status, text } = await client.ask('DESCRIBE', { Accept: 'application/sdp' });
    expect(status).toBe(200);
    expect(text).toMatch(/Content-Base: rtsp:/);
    expect((await client.ask('OPTIONS')).header('Public')).toContain('TEARDOWN');
  });

  it('pauses, plays again and tears down', async () => {
    await using server = await serve();
    using client = new RawClient(server.url);
    const session = await client.setupAndPlay();
    await waitFor('frames', () => (server.clients()[0]?.sentFrames ?? 0) > 2);
    expect((await client.ask('PAUSE', { Session: session })).status).toBe(200);
    const paused = client.received;
    await sleep(400);
    expect(client.received).toBe(paused);
    expect((await client.ask('GET_PARAMETER', { Session: session })).status).toBe(200);
    expect((await client.ask('PLAY', { Session: session })).status).toBe(200);
    await waitFor('frames again', () => client.received > paused + 5000);
    expect((await client.ask('SETUP', { Transport: 'RTP/AVP/TCP;interleaved=0-1' })).status).toBe(455);
    expect((await client.ask('PLAY', { Session: 'other' })).status).toBe(454);
    expect((await client.ask('TEARDOWN', { Session: session })).status).toBe(200);
    expect(server.clients()).toEqual([]);
    expect((await client.ask('PLAY', { Session: session })).status).toBe(454);
    expect((await client.ask('RECORD')).status).toBe(405);
  });

  it('knows qop, refuses a forged answer, and calls an unknown nonce stale', async () => {
    await using server = await serve({ users: { u: 'p' } });
    using client = new RawClient(server.url);
    const challenge = (await client.ask('DESCRIBE')).header('WWW-Authenticate')!;
    const [realm, nonce] = [/realm="([^"]*)"/.exec(challenge)![1]!, /nonce="([^"]*)"/.exec(challenge)![1]!];
    const md5 = (text: string): string => createHash('md5').update(text).digest('hex');
    const authorize = (password: string, given: string): string => {
      const [ha1, ha2] = [md5(`u:${realm}:${password}`), md5(`DESCRIBE:${server.url}`)];
      const response = md5(`${ha1}:${given}:00000001:abc:auth:${ha2}`);
      const rest = `nc=00000001, cnonce="abc", qop=auth, response="${response}"`;
      return `Digest username="u", realm="${realm}", nonce="${given}", uri="${server.url}", ${rest}`;
    };
    expect((await client.ask('DESCRIBE', { Authorization: authorize('p', nonce) })).status).toBe(200);
    expect((await client.ask('DESCRIBE', { Authorization: authorize('q', nonce) })).status).toBe(401);
    const stale = await client.ask('DESCRIBE', { Authorization: authorize('p', 'made-up') });
    expect([stale.status, stale.header('WWW-Authenticate')]).toEqual([401, expect.stringContaining('stale=TRUE')]);
  });

  it('drops frames of a client that does not read, and keeps serving the others', async () => {
    const frame = Buffer.concat([Buffer.from('00000001', 'hex'), Buffer.alloc(300_000, 0x65)]);
    const sets = Buffer.from('0000000167 42c01eda 0000000168 ce3c80'.replaceAll(' ', ''), 'hex');
    const flood: H264Source = {
      fps: 100,
      open: async function* (signal): AsyncGenerator<AccessUnit> {
        for (let i = 0; !signal.aborted; i++) {
          await sleep(5);
          yield { annexB: Buffer.concat([sets, frame]), timestampSeconds: i / 100, key: true };
        }
      },
    };
    await using server = await serve({ maxBufferedBytes: 500_000 });
    server.addStream('flood', flood);
    using slow = new RawClient(server.url.replace('/cam', '/flood'));
    await slow.setupAndPlay();
    slow.socket.pause();
    await waitFor('dropped frames', () => (server.clients()[0]?.droppedFrames ?? 0) > 20);
    expect(server.clients()[0]!.bufferedBytes).toBeLessThan(500_000 + 2 * frame.length);
    expect((await pull(server.url, 3)).hashes.length).toBe(3);
    slow.socket.resume();
    const { sentFrames } = server.clients()[0]!;
    await waitFor('frames for the client that reads again', () => server.clients()[0]!.sentFrames > sentFrames);
  });

  it('closes a client that has gone silent', async () => {
    await using server = await serve({ sessionTimeoutSeconds: 3 });
    using client = new RawClient(server.url);
    await client.setupAndPlay();
    await waitFor('the server to close', () => client.closed);
    expect(server.clients()).toEqual([]);
  });

  it('answers nothing while it hangs, yet accepts', async () => {
    await using server = await serve();
    server.faults.hang();
    using client = new RawClient(server.url);
    client.socket.write(`OPTIONS ${server.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
    await sleep(200);
    expect([client.received, client.closed]).toEqual([0, false]);
  });

  it('answers 400 to something else and closes', async () => {
    await using server = await serve();
    using client = new RawClient(server.url);
    client.socket.write('GET / HTTP/1.1\r\n\r\n');
    await waitFor('the end', () => client.closed);
    expect(client.received).toBeGreaterThan(0);
  });
});

describe('RtspServer.run', () => {
  const broken: H264Source = {
    fps: 10,
    // eslint-disable-next-line require-yield -- it breaks before it gives anything
    open: async function* () {
      throw new Error('the lens fell off');
    },
  };

  it('returns when its signal aborts, and its port is free again', async () => {
    const stop = new AbortController();
    const server = await serve();
    const running = server.run(stop.signal);
    await pull(server.url, 1);
    stop.abort();
    await running;
    using client = new RawClient(server.url);
    await waitFor('a refused connection', () => client.closed);
  });

  it('rejects when a source breaks', async () => {
    const server = new RtspServer({ host: '127.0.0.1', port: 0 });
    server.addStream('broken', broken);
    const port = await server.listen();
    const running = server.run(new AbortController().signal);
    using client = new RawClient(`rtsp://127.0.0.1:${port}/broken`);
    client.socket.write(`DESCRIBE ${client.url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`);
    await expect(running).rejects.toThrow('the lens fell off');
    await waitFor('the connection to close', () => client.closed);
  });

  it('reports a broken source to its listener and answers 503', async () => {
    const errors: string[] = [];
    await using server = await serve({ onSourceError: (path, error) => errors.push(`${path}: ${String(error)}`) });
    server.addStream('broken', broken);
    using client = new RawClient(server.url.replace('/cam', '/broken'));
    expect((await client.ask('DESCRIBE')).status).toBe(503);
    expect(errors).toEqual(['broken: Error: the lens fell off']);
  });

  it('has no source for a file that is no video', async () => {
    await expect(fileSource(await notAVideo())).rejects.toThrow();
  });
});
