import { describe, expect, it } from 'vitest';
import {
  type Line,
  loadLine,
  parseLine,
  type Plant,
  PlantSimulation,
  Scene,
  type SignalChange,
  signalLineOf,
  signalRecording,
} from '../index.ts';
import { Agenda } from './agenda.ts';
import { ean13 } from './label.ts';
import { shiftAt } from './surroundings.ts';

const line = await loadLine(new URL('../../plant.yaml', import.meta.url).pathname);
const plant = line.plant as Plant;
const HOUR = 3600;

function run(seconds: number, seed = 7, declared = plant): { simulation: PlantSimulation; changes: SignalChange[] } {
  const changes: SignalChange[] = [];
  const simulation = new PlantSimulation(declared, seed, (change) => changes.push(change));
  simulation.until(seconds);
  return { simulation, changes };
}

describe('an agenda', () => {
  it('runs what is planned in order of time, then of planning, and what that plans as well', () => {
    const agenda = new Agenda();
    const done: string[] = [];
    for (const [at, name] of [
      [5, 'e'],
      [1, 'a'],
      [3, 'c'],
      [3, 'd'],
      [9, 'z'],
    ] as const)
      agenda.plan(at, () => done.push(`${name}@${agenda.now}`));
    agenda.plan(2, () => agenda.plan(2.5, () => done.push(`b@${agenda.now}`)));
    agenda.runUntil(6);
    expect(done).toEqual(['a@1', 'b@2.5', 'c@3', 'd@3', 'e@5']);
    expect(agenda.now).toBe(6);
  });
});

describe('a simulated plant', () => {
  const { simulation, changes } = run(8 * HOUR);

  it('is the same for the same seed, in steps or at once, and another one for another seed', () => {
    const steps = new PlantSimulation(plant, 7);
    for (let at = 0; at <= 8 * HOUR; at += 97) steps.until(at);
    steps.until(8 * HOUR);
    expect(JSON.stringify(steps.items)).toBe(JSON.stringify(simulation.items));
    expect(steps.stops).toEqual(simulation.stops);
    expect(run(HOUR, 8).simulation.items[5]).not.toEqual(simulation.items[5]);
  });

  it('makes packs at its rate while it runs and none while it stands', () => {
    const { items, stops } = simulation;
    for (const { startSeconds, endSeconds } of stops)
      expect(items.filter(({ atSeconds }) => atSeconds > startSeconds && atSeconds < endSeconds)).toEqual([]);
    const stood = stops.reduce((sum, one) => sum + Math.min(one.endSeconds, 8 * HOUR) - one.startSeconds, 0);
    const expected = ((8 * HOUR - stood) / 60) * plant.packsPerMinute;
    expect(items.length / expected).toBeGreaterThan(0.99);
    expect(items.length / expected).toBeLessThan(1.01);
    expect(new Set(stops.map(({ state }) => state))).toEqual(new Set(['jam', 'stopped', 'changeover']));
  });

  it('reports each change in order: states, counts, products, weights, shifts', () => {
    const times = changes.map(({ atSeconds }) => atSeconds);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    const last = new Map(changes.map(({ signal, value }) => [signal, value]));
    expect(last.get('count')).toBe(simulation.items.length);
    expect(last.get('rejects')).toBe(simulation.items.filter(({ fault }) => fault !== undefined).length);
    expect(last.get('shift')).toBe('late');
    expect(last.get('product')).toBe(ean13(simulation.items.at(-1)!.product.code));
    const states = changes.filter(({ signal }) => signal === 'state').map(({ value }) => value);
    expect(states.filter((state) => state !== 'running')).toEqual(simulation.stops.map(({ state }) => state));
    expect(changes.filter(({ signal }) => signal === 'weight')).toHaveLength(simulation.items.length);
  });

  it('changes to the next product after a batch, with a changeover before it', () => {
    const second = simulation.items.find(({ batch }) => batch === 'B0002')!;
    expect(second.number).toBe(plant.batchPacks);
    expect(second.product.code).not.toBe(simulation.items[0]!.product.code);
    const between = second.atSeconds - simulation.items[plant.batchPacks - 1]!.atSeconds;
    expect(between).toBeGreaterThan(plant.changeoverSeconds);
  });

  it('replaces a worn belt', () => {
    const short = run(3 * HOUR, 7, { ...plant, belt: { lifeHours: 1, startWear: 0.5 } }).simulation;
    expect(short.stops.filter(({ reason }) => reason === 'belt_change').length).toBeGreaterThanOrEqual(2);
    expect(Math.max(...short.items.map(({ beltWear }) => beltWear))).toBeLessThan(1.01);
    expect(short.items[0]!.beltWear).toBeCloseTo(0.5, 2);
  });

  it('prints code, lot and date on each pack, wrong or missing only where that is its fault', () => {
    const wrong = simulation.items.filter(
      ({ label, fault, batch }) =>
        label.lot !== batch ||
        (label.code === label.expectedCode) === (fault === 'wrong_label') ||
        (label.bestBefore === label.expectedBestBefore) === (fault === 'wrong_date' || fault === 'missing_date') ||
        (label.bestBefore === '') !== (fault === 'missing_date'),
    );
    expect(wrong).toEqual([]);
    const printed = simulation.items.map(({ fault }) => fault);
    for (const fault of ['wrong_label', 'wrong_date', 'missing_date'] as const) expect(printed).toContain(fault);
    // 2 March and 14 days of shelf life.
    expect(simulation.items[0]!.label).toMatchObject({ expectedCode: '4601234567893', expectedBestBefore: '16.03.26' });
  });
});

describe('shifts', () => {
  it('follow the clock through midnight', () => {
    // The plant starts at 12:30.
    expect(shiftAt(plant, 0)).toMatchObject({ name: 'early', startSeconds: -6.5 * HOUR, endSeconds: 1.5 * HOUR });
    expect(shiftAt(plant, 1.5 * HOUR).name).toBe('late');
    expect(shiftAt(plant, 12 * HOUR)).toMatchObject({
      name: 'night',
      startSeconds: 9.5 * HOUR,
      endSeconds: 17.5 * HOUR,
    });
    expect(shiftAt(plant, 17.5 * HOUR).name).toBe('early');
  });
});

describe('a product camera that follows the plant', () => {
  const small: Line = { ...line, size: { width: 320, height: 180 } };
  const { simulation } = run(4 * HOUR);

  it('shows a belt that stands while the plant stops, and one that moves while it runs', () => {
    const scene = new Scene(small, 'product');
    const places = (seconds: number): Map<string, number> =>
      new Map(
        scene.truth(Math.round(seconds * scene.fps)).map((box) => [box.objectId, Math.round((box.x1 + box.x2) / 2)]),
      );
    const stop = simulation.stops.find(
      ({ state, startSeconds, endSeconds }) => state === 'stopped' && endSeconds - startSeconds > 10,
    )!;
    const [early, later] = [places(stop.startSeconds + 1), places(stop.endSeconds - 1)];
    expect(early.size).toBeGreaterThan(2);
    expect(later).toEqual(early);
    const after = places(stop.endSeconds + 1);
    expect([...after.keys()].filter((id) => early.has(id) && after.get(id) !== early.get(id)).length).toBeGreaterThan(
      2,
    );
  });

  it('pushes bottles together in a jam, in their order', () => {
    const scene = new Scene(small, 'product');
    const jam = simulation.stops.find(
      ({ state, startSeconds, endSeconds }) => state === 'jam' && endSeconds - startSeconds > 10,
    )!;
    const bodies = (seconds: number): number[] =>
      scene
        .truth(Math.round(seconds * scene.fps))
        .filter(({ label }) => label === 'product')
        .map(({ x1, x2 }) => (x1 + x2) / 2);
    const upstream = (xs: number[]): number[] => xs.filter((x) => x < 158).sort((a, b) => b - a);
    const gap = (xs: number[]): number => (xs[0]! - xs.at(-1)!) / (xs.length - 1);
    const [before, during] = [upstream(bodies(jam.startSeconds - 6)), upstream(bodies(jam.startSeconds + 5))];
    expect(gap(during)).toBeLessThan(gap(before) * 0.75);
  });

  it("shows the plant's faults as incidents, at the time at which the pack passes", () => {
    const scene = new Scene(small, 'product');
    const faulty = simulation.items.filter(({ fault, atSeconds }) => fault && atSeconds > 60 && atSeconds < 3 * HOUR);
    const visible = faulty.filter(({ fault }) =>
      ['crack', 'stain', 'torn_label', 'dent', 'missing_cap'].includes(fault!),
    );
    const incidents = scene.incidents(60, 3 * HOUR).filter(({ startSeconds }) => startSeconds > 60);
    for (const item of visible) {
      const found = incidents.find(({ objectId }) => objectId === `bottle-${item.number}`);
      expect(found?.detail, `pack ${item.number}`).toBe(item.fault);
      expect(found?.startSeconds).toBeLessThan(item.atSeconds);
      expect(found?.endSeconds).toBeGreaterThan(item.atSeconds);
    }
    expect(visible.length).toBeGreaterThan(40);
  });

  it('needs a plant', () => {
    const text = `seed: 1\nsize: { width: 640, height: 360 }\nfps: 10\nperiodSeconds: 60\ncameras:\n  - { id: a, scene: product, bottlesPerMinute: 40, secondsInView: 6, follows: plant }\n`;
    expect(() => parseLine(text, 'x.yaml')).toThrow(/no plant is declared/);
  });
});

describe('a plant whose signals have faults', () => {
  const faulty: Plant = {
    ...plant,
    signalFaults: { bad: { weight: 0.1 }, silences: { everySeconds: 300, seconds: 30 } },
  };

  it('has so many bad readings of the declared signals, and the same truth behind them', () => {
    const { changes, simulation } = run(4 * HOUR, 7, faulty);
    const weights = changes.filter(({ signal }) => signal === 'weight');
    const bad = weights.filter((change) => change.bad !== undefined);
    expect(bad.length / weights.length).toBeGreaterThan(0.08);
    expect(bad.length / weights.length).toBeLessThan(0.12);
    expect(changes.filter(({ signal, bad: reason }) => signal !== 'weight' && reason !== undefined)).toEqual([]);
    expect(simulation.items).toEqual(run(4 * HOUR).simulation.items);
  });

  it('sends nothing in a silence, then the newest of each signal, and proof of life at all other times', () => {
    const sent = [...signalRecording(faulty, 7, 700)];
    const isSilent = (at: number): boolean => at % 300 >= 270;
    expect(sent.filter(({ atSeconds }) => isSilent(atSeconds))).toEqual([]);
    const again = sent.filter(({ atSeconds, change }) => atSeconds === 300 && change !== undefined);
    expect(again.map(({ change }) => change?.signal)).toEqual([...new Set(again.map(({ change }) => change?.signal))]);
    expect(again.find(({ change }) => change?.signal === 'count')?.change?.atSeconds).toBeGreaterThan(297);
    const alive = sent.filter(({ change }) => change === undefined).map(({ atSeconds }) => atSeconds);
    expect(alive).toEqual(Array.from({ length: 701 }, (_, second) => second).filter((second) => !isSilent(second)));
    expect(sent.map(({ atSeconds }) => atSeconds)).toEqual(
      sent.map(({ atSeconds }) => atSeconds).toSorted((a, b) => a - b),
    );
    const bad = sent.find(({ change }) => change?.bad !== undefined);
    expect(JSON.parse(signalLineOf(bad ?? { atSeconds: 0 }))).toEqual({
      ...{ seconds: bad?.atSeconds, signal: 'weight', bad: 'sensor_fault' },
    });
  });

  it('fills packs as the filler is declared: more than nominal, badly now and then, and less in its sags', () => {
    const filler = {
      overfillGrams: 2,
      badFills: [{ rate: 0.02, grams: -60 }],
      sags: { everySeconds: 600, seconds: 120, grams: -5 },
    };
    const { items } = run(4 * HOUR, 7, { ...plant, filler }).simulation;
    const plain = run(4 * HOUR).simulation.items;
    const added = items.map((item, index) => Math.round(item.trueGrams - (plain[index]?.trueGrams ?? 0)));
    expect(new Set(added)).toEqual(new Set([2, -3, -58, -63]));
    const short = added.filter((grams) => grams < -50).length / added.length;
    expect(short).toBeGreaterThan(0.012);
    expect(short).toBeLessThan(0.03);
    for (const [index, { atSeconds }] of items.entries())
      expect((added[index] ?? 0) % 5 === 2 || added[index] === -58, `${atSeconds}`).toBe(atSeconds % 600 < 480);
  });
});
