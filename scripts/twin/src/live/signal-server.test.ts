import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { SignalServer, signalLine } from './signal-server.ts';

const ZERO = Date.UTC(2030, 0, 1);

describe('a server of signals', () => {
  it('gives each client the newest of every signal, then each change, then proof of life', async () => {
    const server = new SignalServer('127.0.0.1', 0);
    const port = await server.listen();
    const stop = new AbortController();
    const running = server.run(stop.signal);
    server.publish(signalLine({ atSeconds: 1, signal: 'count', value: 1 }, ZERO));
    server.publish(signalLine({ atSeconds: 2, signal: 'count', value: 2 }, ZERO));
    server.publish(signalLine({ atSeconds: 2, signal: 'state', value: 'running' }, ZERO));
    const lines = createInterface({ input: connect(port, '127.0.0.1') })[Symbol.asyncIterator]();
    const next = async (): Promise<unknown> => JSON.parse((await lines.next()).value as string);
    const wallTime = '2030-01-01T00:00:02.000Z';
    expect(await next()).toEqual({ type: 'signal', signal: 'count', value: 2, streamSeconds: 2, wallTime });
    expect(await next()).toMatchObject({ signal: 'state', value: 'running' });
    server.publish(signalLine({ atSeconds: 3, signal: 'state', value: 'jam' }, ZERO));
    expect(await next()).toMatchObject({ signal: 'state', value: 'jam', wallTime: '2030-01-01T00:00:03.000Z' });
    expect(await next()).toEqual({ alive: true });
    stop.abort();
    await running;
    expect((await lines.next()).done).toBe(true);
  });
});
