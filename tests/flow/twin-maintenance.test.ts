import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { parseLine, PlantSimulation } from '@lineside/twin';
import { journalPath, openJournalReader } from '../../edge/src/journal/index.ts';
import { SignalServer, signalLine } from '../../scripts/twin/src/live/signal-server.ts';
import { type Appliance, configure, startAppliance } from '../support/appliance.ts';
import { blinking, brightModel } from '../support/blinking.ts';
import { runHere } from '../support/lineside.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

/** The plant of the twin lives so many times faster than the device: a pack a second is 30, a stop of a minute two seconds. */
const SPEED = 30;
const STEP_MS = 50;
const RUNNING_MS = 6_000;
const PACKS = 150;
/** How much later than the twin the device may know that a machine has stopped or started. */
const SLACK_MS = 1_500;

const LINE = parseLine(
  `seed: 4
size: {width: 640, height: 360}
fps: 10
periodSeconds: 600
cameras: [{id: product, scene: product, follows: plant, bottlesPerMinute: 60, secondsInView: 2}]
plant:
  startsAt: '2026-03-02T08:00:00Z'
  packsPerMinute: 60
  shifts: [{name: early, from: '06:00', staff: 6}]
  products: [{code: '460123456789', name: Apple juice, nominalGrams: 500, sigmaGrams: 3, shelfLifeDays: 14}]
  batchPacks: 100000
  changeoverSeconds: 600
  faults: {}
  stops: [{reason: operator, perHour: 60, seconds: 60}]
  belt: {lifeHours: 4000}
  scale: {sigmaGrams: 0.4, driftGramsPerHour: 0}
  temperature: {meanC: 19, swingC: 4}
  effects: []
`,
  'line.yaml',
);

const Services = z.object({
  services: z.array(
    z.object({
      rule: z.string(),
      overdue: z.boolean(),
      servicedBy: z.string().optional(),
      limits: z.array(z.object({ by: z.string(), value: z.number(), limit: z.number(), used: z.number() })),
    }),
  ),
});
const Event = z.object({
  ...{ rule: z.string(), state: z.string(), label: z.string(), openedAtMs: z.number() },
  reason: z.string().optional(),
  details: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
});
type Event = z.infer<typeof Event>;

/** The plant of the twin, fast, with what it truly did by the clock of this machine. */
class FastPlant {
  readonly #server = new SignalServer('127.0.0.1', 0);
  readonly #changes: { readonly atMs: number; readonly signal: string; readonly value: string | number }[] = [];

  async listen(): Promise<string> {
    for (const [signal, value] of [
      ['state', 'stopped'],
      ['count', 0],
    ] as const)
      this.#server.publish(signalLine({ atSeconds: 0, signal, value }, Date.now()));
    return `twin://127.0.0.1:${await this.#server.listen()}`;
  }

  /** Proof of life from the beginning; the plant itself begins when `starts` resolves. */
  async run(starts: Promise<unknown>, signal: AbortSignal): Promise<void> {
    const alive = this.#server.run(signal);
    await starts;
    const zero = Date.now();
    const plant = new PlantSimulation(LINE.plant!, LINE.seed, (change) => {
      this.#changes.push({ atMs: Date.now(), signal: change.signal, value: change.value });
      this.#server.publish(signalLine(change, zero));
    });
    while (!signal.aborted) {
      plant.until(((Date.now() - zero) / 1000) * SPEED);
      await sleep(STEP_MS);
    }
    await alive;
  }

  /** How long it ran up to a time, and how long it stood since it first ran. */
  timesUntil(atMs: number): { readonly ran: number; readonly stood: number } {
    const times = { ran: 0, stood: 0 };
    const states = this.#changes.filter((change) => change.signal === 'state' && change.atMs < atMs);
    states.forEach(({ atMs: fromMs, value }, k) => {
      times[value === 'running' ? 'ran' : 'stood'] += Math.min(atMs, states[k + 1]?.atMs ?? atMs) - fromMs;
    });
    return times;
  }

  /** What its counter showed at a time. */
  countAt(atMs: number): number {
    const counts = this.#changes.filter((change) => change.signal === 'count' && change.atMs <= atMs);
    return Number(counts.at(-1)?.value ?? 0);
  }
}

const servicesOf = async (line: Appliance): Promise<z.infer<typeof Services>['services']> =>
  Services.parse(await (await fetch(new URL('/api/v1/status', line.page))).json()).services;

it('signals of the twin make services overdue by running time and by count, and a confirmation ends each and begins it again', async () => {
  await using dir = await tempDir();
  const stop = new AbortController();
  const started = Promise.withResolvers<undefined>();
  const plant = new FastPlant();
  const url = await plant.listen();
  const running = plant.run(started.promise, stop.signal);
  const data = dir.join('data');
  const config = await configure(dir.join('line.yaml'), {
    device: 'line-1',
    cameras: [{ id: 'belt', url: blinking(), fps: 5, models: ['bright'] }],
    models: [await brightModel(dir.path)],
    signals: [
      { id: 'state', type: 'text', source: `${url}/state` },
      { id: 'packs', unit: 'packs', source: `${url}/count` },
    ],
    rules: [
      { id: 'filler', type: 'maintenance', camera: 'belt', stateSignal: 'state', maxRunning: `${RUNNING_MS}ms` },
      {
        id: 'cutter',
        type: 'maintenance',
        camera: 'belt',
        countSignal: 'packs',
        maxCount: PACKS,
        severity: 'critical',
      },
    ],
    status: { listen: '127.0.0.1:0' },
  });
  const eventsOf = async (rule: string): Promise<readonly Event[]> => {
    const { code, stdout, stderr } = await runHere(['events', 'list', '--rule', rule, '--data', data, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n').filter((text) => text !== '');
    return lines.map((text) => Event.parse(JSON.parse(text)));
  };
  const confirm = async (rule: string): Promise<void> => {
    const said = await runHere(['maintenance', 'confirm', rule, '--by', 'M. Fischer', '--data', data, '--json']);
    expect(JSON.parse(said.stdout)).toEqual({ confirmed: [{ rule, camera: 'belt' }] });
  };
  // Each look reads the journal as the command does.
  const look = { everyMs: 250, withinMs: 60_000 };
  const opened = (rule: string, times: number): Promise<Event> =>
    waitFor(
      `service ${times} of ${rule} to be overdue`,
      async () => {
        const events = await eventsOf(rule);
        return events.length === times && events.find(({ state }) => state === 'open');
      },
      look,
    );
  try {
    await using line = await startAppliance({ config, data });
    await line.inspects(['belt'], 1);
    await waitFor('both rules to be shown', async () => (await servicesOf(line)).length === 2);
    expect(await servicesOf(line)).toMatchObject([
      { rule: 'filler', overdue: false, limits: [{ by: 'running_time', value: 0, limit: RUNNING_MS }] },
      { rule: 'cutter', overdue: false, limits: [{ by: 'count', value: 0, limit: PACKS }] },
    ]);
    started.resolve(undefined);

    const [filler, cutter] = [await opened('filler', 1), await opened('cutter', 1)];
    expect(filler).toMatchObject({ label: 'running_time', details: { dueBy: 'running_time', servicedBy: 'unknown' } });
    // The line of the twin stood in between, and that does not count.
    const { ran, stood } = plant.timesUntil(filler.openedAtMs);
    expect(stood).toBeGreaterThan(2 * SLACK_MS);
    expect(ran).toBeGreaterThan(RUNNING_MS - SLACK_MS);
    expect(cutter).toMatchObject({ label: 'count', details: { dueBy: 'count', servicedBy: 'unknown' } });
    const counted = Number(cutter.details['counted']);
    expect(counted).toBeGreaterThanOrEqual(PACKS);
    // Never before the twin had made so many.
    expect(plant.countAt(cutter.openedAtMs + 1)).toBeGreaterThanOrEqual(PACKS);
    for (const service of await servicesOf(line)) {
      expect(service.overdue).toBe(true);
      expect(service.servicedBy).toBeUndefined();
    }

    for (const rule of ['filler', 'cutter']) {
      await confirm(rule);
      await waitFor(
        `the event of ${rule} to close`,
        async () => (await eventsOf(rule)).some(({ state, reason }) => state === 'closed' && reason === 'cleared'),
        look,
      );
      const service = (await servicesOf(line)).find((one) => one.rule === rule);
      expect(service).toMatchObject({ servicedBy: 'M. Fischer' });
    }
    // The twin goes on, and so does the next service.
    const again = await opened('cutter', 2);
    expect(again.details).toMatchObject({ dueBy: 'count', servicedBy: 'M. Fischer' });
    expect(plant.countAt(again.openedAtMs + 1)).toBeGreaterThanOrEqual(plant.countAt(cutter.openedAtMs) + PACKS);
    await line.stop();
  } finally {
    stop.abort();
    started.resolve(undefined);
    await running;
  }
  const reader = openJournalReader(journalPath(data));
  try {
    const audit = [...reader.records('audit')]
      .map(({ json }) => json)
      .filter((json) => json.includes('service_confirmed'));
    expect(audit).toHaveLength(2);
    for (const json of audit) expect(json).toContain('M. Fischer');
  } finally {
    reader.close();
  }
});
