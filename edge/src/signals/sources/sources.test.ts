import { appendFile, rename, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import type { SignalReading } from '../../domain/index.ts';
import { SignalSources, SignalTable } from '../index.ts';
import { LineCutter, readSignalLine } from './lines.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A table with the running sources of these URLs, by signal. */
function read(urls: Readonly<Record<string, string>>): SignalTable {
  const settings = Object.entries(urls).map(([id, source]) => ({
    ...{ id, source, type: 'number' as const, scale: 1, offset: 0, deadband: 0, staleAfterMs: 60_000 },
  }));
  const table = new SignalTable(systemClock, settings);
  const targets = Object.entries(urls).map(([id, url]) => ({ id, url: () => url }));
  const sources = new SignalSources({ targets, sink: table, clock: systemClock, log: silentLogger });
  const stop = new AbortController();
  const running = sources.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return running;
  });
  return table;
}

const until = (table: SignalTable, id: string, reading: Partial<SignalReading>): Promise<unknown> =>
  waitFor(`${id} is ${JSON.stringify(reading)}`, () => {
    expect(table.get(id)?.reading).toMatchObject(reading);
    return true;
  });

describe('lines of signals', () => {
  it('are readings, proof of life or unknown, whatever they hold', () => {
    expect(readSignalLine('{"signal":"w","value":1.5,"t":7}')).toEqual({
      kind: 'reading',
      name: 'w',
      reading: { value: 1.5 },
    });
    expect(readSignalLine('{"signal":"w","bad":"x"}')).toMatchObject({ reading: { bad: 'x' } });
    expect(readSignalLine('{"alive":true}')).toEqual({ kind: 'alive' });
    for (const line of ['', '{', '7', 'null', '[]', '{"signal":1,"value":2}', '{"signal":"w"}']) {
      expect(readSignalLine(line)).toEqual({ kind: 'unknown' });
    }
  });

  it('are put together of the pieces in which they arrive, and one without end is dropped', () => {
    const cutter = new LineCutter();
    expect([...cutter.take('{"a"'), ...cutter.take(':1}\n\n{"b":2}\n{"c"')]).toEqual(['{"a":1}', '{"b":2}']);
    expect(cutter.take('x'.repeat(70_000))).toEqual([]);
    expect(cutter.take(':3}\n{"d":4}\n')).toEqual([':3}', '{"d":4}']);
  });
});

describe('a twin: source', () => {
  it('reads the signals of its server, loses them with it, and has them again when it is back', async () => {
    const served = await serve(0);
    const table = read({
      weight: `twin://127.0.0.1:${served.port}/scale`,
      speed: `twin://127.0.0.1:${served.port}/speed`,
    });
    served.say({ signal: 'scale', value: 501 });
    served.say({ signal: 'speed', bad: 'no encoder' });
    await until(table, 'weight', { state: 'good' });
    await until(table, 'speed', { state: 'bad', reason: 'no encoder' });
    await served.close();
    await until(table, 'weight', { state: 'stale', reason: 'source_lost' });
    const again = await serve(served.port);
    again.say({ signal: 'scale', value: 502 });
    await until(table, 'weight', { state: 'good', value: 502 });
    expect(table.get('weight')?.epoch).toBe(2);
  });
});

describe('a file: source', () => {
  it('follows what is appended, and a file that takes the place of another', async () => {
    const dir: TempDir = await tempDir();
    ends.push(async () => dir[Symbol.asyncDispose]());
    const path = dir.join('values.jsonl');
    await writeFile(path, '{"signal":"w","value":1}\n{"signal":"w","value":2}\n');
    const table = read({ w: `file:${path}#w`, other: `file:${path}#o` });
    await until(table, 'w', { state: 'good', value: 2 });
    expect(table.get('w')?.sample).toBe(1);
    await appendFile(path, '{"signal":"w","value":3}\n{"signal":"o","value":9}\n');
    await until(table, 'other', { state: 'good' });
    expect(table.get('w')).toMatchObject({ reading: { value: 3 }, sample: 2 });
    await writeFile(dir.join('next'), '{"signal":"w","value":4}\n');
    await rename(dir.join('next'), path);
    await until(table, 'w', { state: 'good', value: 4 });
  });
});

interface Served {
  readonly port: number;
  say(line: object): void;
  close(): Promise<void>;
}

/** A server that sends each line to whoever is connected, and all of them to whoever connects later. */
async function serve(port: number): Promise<Served> {
  const said: string[] = [];
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => sockets.delete(socket));
    socket.write(said.join(''));
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const address = server.address();
  const close = async (): Promise<void> => {
    for (const socket of sockets) socket.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  ends.push(() => (server.listening ? close() : undefined));
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    say: (line) => {
      said.push(`${JSON.stringify(line)}\n`);
      for (const socket of sockets) socket.write(said.at(-1) ?? '');
    },
    close,
  };
}
