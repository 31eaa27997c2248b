import { connect } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { BufferPool, FfmpegCamera, probeFfmpeg } from '../../edge/src/camera/index.ts';
import type { CameraStatus } from '../../edge/src/domain/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { fileSource, RtspServer, type RtspServerOptions } from '@lineside/twin/rtsp';
import { FaultyProxy } from '../../bench/recovery/proxy.ts';
import { tempDir } from '../support/temp-dir.ts';
import { TestAuthority } from '../support/test-authority.ts';
import { testVideo } from '../support/video.ts';
import { waitFor } from '../support/wait-for.ts';

const capabilities = await probeFfmpeg();
const FORMAT = { width: 64, height: 64, color: 'rgb', anchor: 'center', fill: 114 } as const;
const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

async function serve(options: Partial<RtspServerOptions> = {}): Promise<{ server: RtspServer; host: string }> {
  const server = new RtspServer({ host: '127.0.0.1', port: 0, ...options });
  ends.push(() => server[Symbol.asyncDispose]());
  server.addStream('product', await fileSource(await testVideo({ fps: 10, keyEvery: 5 })));
  return { server, host: `127.0.0.1:${await server.listen()}` };
}

/** A camera that speaks TLS, with a certificate that it signed itself; gives its address. */
async function serveTls(upstream: number): Promise<string> {
  const dir = await tempDir();
  ends.push(async () => dir[Symbol.asyncDispose]());
  const { cert, key } = await (await TestAuthority.make(dir.path, 'cameras')).selfSigned('camera', '127.0.0.1');
  const server = createTlsServer({ cert, key }, (socket) => {
    const plain = connect(upstream, '127.0.0.1');
    for (const end of [socket, plain]) end.on('error', () => [socket, plain].map((one) => one.destroy()));
    socket.pipe(plain).pipe(socket);
  });
  ends.push(() => new Promise((resolve) => server.close(resolve)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return `127.0.0.1:${(server.address() as { port: number }).port}`;
}

interface Watched {
  frames: number;
  readonly statuses: CameraStatus[];
  readonly errors: Set<string>;
}

function watch(url: string, transport: 'tcp' | 'udp' = 'tcp'): Watched {
  const seen: Watched = { frames: 0, statuses: [], errors: new Set() };
  const pool = new BufferPool();
  const tools = { capabilities, pool, clock: systemClock, random: () => 0.5, logger: silentLogger };
  const camera = new FfmpegCamera({ id: 'product', url, transport, fps: 10, mode: 'live', formats: [FORMAT] }, tools, {
    frame: ({ inputs, picture }) => {
      seen.frames += 1;
      for (const buffer of [...inputs, picture.pixels]) pool.give(buffer);
    },
    status: (status) => {
      seen.statuses.push(status);
      if (status.state === 'failed' && status.error !== undefined) seen.errors.add(status.error.code);
    },
  });
  const stop = new AbortController();
  const done = camera.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return done;
  });
  return seen;
}

describe('a camera on the network', () => {
  it.each(['tcp', 'udp'] as const)(
    'streams over %s with the right password, and reports size and codec',
    async (transport) => {
      const { host } = await serve({ users: { line: 'letmein' } });
      const seen = watch(`rtsp://line:letmein@${host}/product`, transport);
      await waitFor('frames', () => seen.frames >= 10, { withinMs: 25_000 });
      const source = seen.statuses.find(({ state }) => state === 'streaming')?.source;
      expect(source).toMatchObject({ codec: 'h264', width: 320, height: 180 });
      expect(seen.errors.size).toBe(0);
      expect(JSON.stringify(seen.statuses)).not.toContain('letmein');
    },
  );

  it('distinguishes a wrong password from a wrong path', async () => {
    const { host } = await serve({ users: { line: 'letmein' } });
    const [password, path] = [watch(`rtsp://line:wrong@${host}/product`), watch(`rtsp://line:letmein@${host}/oven`)];
    await waitFor('both to fail', () => password.errors.size > 0 && path.errors.size > 0);
    expect([...password.errors, ...path.errors]).toEqual(['auth', 'not_found']);
    expect(JSON.stringify(password.statuses)).not.toContain('wrong@');
  });

  it('streams over TLS, also with a password, and names what is wrong where there is no TLS', async () => {
    const { host } = await serve({ users: { line: 'letmein' } });
    const secure = await serveTls(Number(host.split(':')[1]));
    const seen = watch(`rtsps://line:letmein@${secure}/product`);
    const plain = watch(`rtsps://line:letmein@${host}/product`);
    await waitFor('frames', () => seen.frames >= 10, { withinMs: 25_000 });
    expect(seen.errors.size).toBe(0);
    await waitFor('the failure', () => plain.errors.size > 0, { withinMs: 25_000 });
    // A server that takes the handshake for the beginning of a request waits for more of it; one that refuses it is `tls`.
    for (const code of plain.errors) expect(['tls', 'timed_out']).toContain(code);
    expect(JSON.stringify([seen.statuses, plain.statuses])).not.toContain('letmein');
  });

  it('comes back after garbage instead of RTP', async () => {
    const { host } = await serve();
    const proxy = new FaultyProxy(Number(host.split(':')[1]));
    ends.push(() => proxy[Symbol.asyncDispose]());
    const seen = watch(`rtsp://127.0.0.1:${await proxy.listen()}/product`);
    await waitFor('frames', () => seen.frames >= 5);
    proxy.set('garbage');
    await waitFor('the failure', () => seen.errors.size > 0, { withinMs: 25_000 });
    proxy.set('pass');
    const before = seen.frames;
    await waitFor('frames again', () => seen.frames >= before + 5, { withinMs: 28_000 });
    expect([...seen.errors].filter((code) => code !== 'stalled' && code !== 'ended')).toEqual([]);
  });

  it('comes back after the camera closed the connection', async () => {
    const { server, host } = await serve();
    const seen = watch(`rtsp://${host}/product`);
    await waitFor('frames', () => seen.frames >= 5);
    server.faults.drop();
    await waitFor('the end to be reported', () => seen.errors.has('ended'));
    const before = seen.frames;
    await waitFor('frames again', () => seen.frames >= before + 5, { withinMs: 25_000 });
  });

  it('detects a camera that keeps the connection and sends nothing', async () => {
    const { server, host } = await serve();
    const seen = watch(`rtsp://${host}/product`);
    await waitFor('frames', () => seen.frames >= 5);
    server.faults.hang();
    await waitFor('the stall to be reported', () => seen.errors.has('stalled') || seen.errors.has('decoder_hung'));
    server.faults.thaw();
    const before = seen.frames;
    await waitFor('frames again', () => seen.frames >= before + 5, { withinMs: 28_000 });
  });
});
