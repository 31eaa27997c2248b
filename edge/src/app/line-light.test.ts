import { writeFile } from 'node:fs/promises';
import { silentLogger, systemClock } from '@lineside/kit';
import { parseLine } from '../../../scripts/twin/src/scenes/index.ts';
import { LinePlc } from '../../../scripts/twin/src/plc/index.ts';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StatusWorld } from '../../../tests/support/status-world.ts';
import { tempDir, type TempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { type LoadedConfig, loadConfig } from '../config/index.ts';
import { healthOf } from '../status/index.ts';
import { lampsOf, LineLight } from './line-light.ts';

const LINE = parseLine(
  'seed: 3\nsize: {width: 640, height: 360}\nfps: 10\nperiodSeconds: 600\nplc: {gateAt: 1}\n' +
    'cameras: [{id: belt, scene: product, bottlesPerMinute: 100, secondsInView: 3}]\n',
  'line.yaml',
);

let dir: TempDir;
let plc: LinePlc;
let url: string;
let world: StatusWorld;
let loaded: LoadedConfig;
const plcStop: AbortController[] = [];

beforeEach(async () => {
  dir = await tempDir('stack-light-');
  plc = new LinePlc(LINE, { host: '127.0.0.1', port: 0, zero: Date.now() }, () => undefined);
  url = await plc.listen();
  const stop = new AbortController();
  plcStop.push(stop);
  void plc.run(stop.signal);
  world = new StatusWorld(dir.join('world'));
  await configure();
});
afterEach(async () => {
  for (const stop of plcStop.splice(0)) stop.abort();
  await dir[Symbol.asyncDispose]();
});

async function configure(lamps = 'red: coil:1, yellow: coil:2, green: coil:3, heartbeat: coil:4'): Promise<void> {
  const path = dir.join('lineside.yaml');
  await writeFile(path, `device: line-1\nalerts: {light: {url: "${url}", ${lamps}}}\n`);
  loaded = await loadConfig(path, { catalog: [], env: {} });
}

function lightOf(audit: string[] = []) {
  const light = new LineLight({
    ...{ dataDir: dir.path, loaded: () => loaded, snapshot: () => world.snapshot(), clock: systemClock },
    audit: (action, details) => void audit.push(`${action} ${details['by']}`),
    log: silentLogger,
  });
  const stop = new AbortController();
  const ended = light.run(stop.signal);
  const end = async (): Promise<void> => {
    stop.abort();
    await ended;
  };
  return { light, end };
}

const shown = (): string => plc.light.slice(0, 3).map(Number).join('');

describe('the stack light at the controller of the twin', () => {
  it('shows nothing until a person arms it, then the state of the line, and red alone when the service stops', async () => {
    const audit: string[] = [];
    const { light, end } = lightOf(audit);
    await waitFor('the connection', () => light.views()[0]?.connected);
    expect(light.views()).toMatchObject([{ id: 'stack-light', readiness: 'not_armed', armed: false }]);
    world.visionDown = true;
    await systemClock.sleep(700);
    expect(plc.light).toEqual([false, false, false, false]);

    expect(await light.arm(true, 'M. Fischer')).toMatchObject([{ armed: true, readiness: 'ready' }]);
    await waitFor('red', () => shown() === '100');
    world.visionDown = false;
    await waitFor('green', () => shown().endsWith('1') && shown().startsWith('0'));
    const event = await world.addEvent('people', 'personnel_violation', 'bare_head');
    expect(event.severity).toBe('critical');
    await waitFor('red beside green', () => shown().startsWith('1') && shown().endsWith('1'));
    const beats = new Set<boolean | undefined>();
    await waitFor('a heartbeat', () => beats.add(plc.light[3]).size === 2);

    // A controller that starts again has all lamps off; the light comes back by itself.
    plc.fault = 'restart';
    plc.fault = undefined;
    await waitFor('the light again', () => shown().endsWith('1'));
    await end();
    expect(shown()).toBe('100');
    expect(audit).toEqual(['output_armed M. Fischer']);
  });

  it('stays armed over a restart, is disarmed by a change of its configuration, and goes dark when it is disarmed', async () => {
    const first = lightOf();
    await first.light.arm(true, 'me');
    await waitFor('green', () => shown().endsWith('1'));
    await first.end();
    const audit: string[] = [];
    const second = lightOf(audit);
    await waitFor('green again', () => shown().endsWith('1'));
    await second.light.arm(false, 'me');
    await waitFor('darkness', () => shown() === '000');
    await second.light.arm(true, 'me');
    await waitFor('green once more', () => shown().endsWith('1'));
    await configure('red: coil:1, green: coil:2');
    await waitFor('the end of it', () => second.light.views()[0]?.armed === false);
    await waitFor('the audit', () => audit.includes('output_disarmed lineside'));
    await second.end();
  });

  it('is refused with a point that the protocol does not have, and without a lamp', async () => {
    await expect(configure('red: lamp-1')).rejects.toMatchObject({ problems: [{ path: 'alerts.light.red' }] });
    await expect(configure('heartbeat: coil:4')).rejects.toMatchObject({ problems: [{ path: 'alerts.light' }] });
  });
});

it('yellow is for what wants attention, and no state of a line is without a lamp', async () => {
  const snapshot = world.snapshot();
  const health = healthOf(snapshot);
  const finding = { code: 'disk_low', message: 'm', advice: 'a' };
  const of = (word: typeof health.word, warnings: (typeof finding)[]): string => {
    const { red, yellow, green } = lampsOf({ ...snapshot, openEvents: [] }, { ...health, word, warnings });
    return [red, yellow, green].map(Number).join('');
  };
  expect(of('inspecting', [])).toBe('001');
  expect(of('inspecting', [finding])).toBe('011');
  expect(of('degraded', [])).toBe('011');
  expect(of('starting', [])).toBe('010');
  expect(of('not_inspecting', [])).toBe('100');
});
