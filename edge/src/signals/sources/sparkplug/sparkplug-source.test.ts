import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { DEVICE, SparkplugLine } from '../../../../../scripts/twin/src/sparkplug/index.ts';
import { type Mosquitto, startMosquitto } from '../../../../../tests/support/mosquitto.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import type { SignalReading } from '../../../domain/index.ts';
import { signalUrlProblem } from '../../protocols.ts';
import { SignalSources } from '../../signal-sources.ts';
import { SignalTable } from '../../signal-table.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

async function broker(): Promise<Mosquitto> {
  const started = await startMosquitto();
  ends.push(() => started[Symbol.asyncDispose]());
  return started;
}

function running(service: { run(signal: AbortSignal): Promise<void> }): void {
  const stop = new AbortController();
  const ended = service.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return ended;
  });
}

/** The twin's line at this broker, with a speed and a batch. */
function twinLine(server: Mosquitto): SparkplugLine {
  const line = new SparkplugLine(server.url, 'dairy', 'filler');
  line.set('speed', 60);
  line.set('batch', 'B 1');
  running(line);
  return line;
}

function read(server: Mosquitto): SignalTable {
  const at = (metric: string): string => `sparkplug+${server.url}/dairy/filler/${DEVICE}#${metric}`;
  const common = { scale: 1, offset: 0, deadband: 0, staleAfterMs: undefined };
  const table = new SignalTable(systemClock, [
    { id: 'speed', type: 'number', source: at('speed'), ...common },
    { id: 'batch', type: 'text', source: at('batch'), ...common },
  ]);
  const targets = ['speed', 'batch'].map((id) => ({ id, url: () => at(id) }));
  running(new SignalSources({ targets, sink: table, clock: systemClock, log: silentLogger }));
  return table;
}

const until = (table: SignalTable, id: string, reading: Partial<SignalReading>): Promise<unknown> =>
  waitFor(
    `${id} to be ${JSON.stringify(reading)}`,
    () => {
      expect(table.get(id)?.reading).toMatchObject(reading);
      return true;
    },
    { withinMs: 30_000 },
  );

describe('a sparkplug: source with Mosquitto and the node of the twin', () => {
  it('asks a node for its birth that was born before, follows its data, and loses it by its death', async () => {
    const server = await broker();
    const line = twinLine(server);
    await waitFor('the birth of the twin', () => server.log.includes('DBIRTH/filler'));
    const table = read(server);
    await until(table, 'speed', { state: 'good', value: 60 });
    await until(table, 'batch', { state: 'good', value: 'B 1' });
    line.set('speed', 61.5);
    await until(table, 'speed', { state: 'good', value: 61.5 });
    line.set('batch', null);
    await until(table, 'batch', { state: 'bad', reason: 'no_value' });
    line.fault = 'dead';
    await until(table, 'speed', { state: 'stale', reason: 'source_lost' });
    const before = table.get('speed')?.epoch ?? 0;
    line.fault = undefined;
    await until(table, 'speed', { state: 'good', value: 61.5 });
    expect(table.get('speed')?.epoch).toBeGreaterThan(before);
  });

  it('knows nothing after a message that is missing until the node is born again', async () => {
    const server = await broker();
    const line = twinLine(server);
    const table = read(server);
    await until(table, 'speed', { state: 'good', value: 60 });
    line.fault = 'no_birth';
    line.skip();
    line.set('speed', 70);
    await until(table, 'speed', { state: 'stale', reason: 'source_lost' });
    line.fault = undefined;
    await until(table, 'speed', { state: 'good', value: 70 });
  });

  it('takes bad, stale and unreadable values for what they are', async () => {
    const server = await broker();
    const line = twinLine(server);
    const table = read(server);
    await until(table, 'speed', { state: 'good' });
    line.fault = 'bad';
    await until(table, 'speed', { state: 'bad', reason: 'bad_quality' });
    line.fault = 'stale';
    await until(table, 'speed', { state: 'bad', reason: 'stale_at_source' });
    line.fault = 'garbage';
    line.set('speed', 1);
    await until(table, 'speed', { state: 'stale', reason: 'source_lost' });
    line.fault = undefined;
    await until(table, 'speed', { state: 'good', value: 1 });
  });

  it('has no value without the broker, and asks again when it is back', async () => {
    const server = await broker();
    twinLine(server);
    const table = read(server);
    await until(table, 'speed', { state: 'good', value: 60 });
    await server.kill();
    await until(table, 'speed', { state: 'stale', reason: 'source_lost' });
    await server.start();
    await until(table, 'speed', { state: 'good', value: 60 });
  });
});

it.each([
  ['sparkplug+mqtt://broker/dairy/filler#speed', undefined],
  ['sparkplug+mqtt://user:pass@broker:1883/dairy/filler/scale#Weight/Net', undefined],
  ['sparkplug+mqtts://broker/dairy/filler?ca=/etc/ca.pem#speed', undefined],
  ['sparkplug+mqtt://broker/dairy/filler', 'names no metric'],
  ['sparkplug+mqtt://broker/dairy#speed', 'names no node'],
  ['sparkplug+mqtt://broker/dairy/filler/a/b#speed', 'names no node'],
  ['sparkplug+mqtt://broker/dairy/+#speed', 'names no node'],
  ['sparkplug+mqtt://broker/dairy/%zz#speed', 'starts no escape'],
  ['sparkplug+mqtt://broker/dairy/filler?x=1#speed', 'has the option x'],
  ['sparkplug+mqtt://broker/dairy/filler?ca=/etc/ca.pem#speed', 'has a ca without TLS'],
])('the problem of %s is %s', (url, problem) => {
  expect(signalUrlProblem(url)).toEqual(problem === undefined ? undefined : expect.stringContaining(problem));
});
