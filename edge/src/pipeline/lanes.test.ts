import { afterEach, describe, expect, it } from 'vitest';
import { ruleOf } from '../../../tests/support/crafted-tracks.ts';
import { HandClock } from '../../../tests/support/test-journal.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type {
  Box,
  Detection,
  InferenceResult,
  Inspection,
  LineEvent,
  PictureProblem,
  RuleOutput,
} from '../domain/index.ts';
import { LinesideError, silentLogger } from '@lineside/kit';
import { ByteTracker } from '../tracking/index.ts';
import { Lanes, type LanesOptions } from './lanes.ts';
import type { Picture, PictureRequest, Rule } from './ports.ts';

const STEP_MS = 200;
const PUDDLE: Box = [100, 100, 200, 140];

/** A vision process, a journal and a plant that do what a test asks of them. */
class World {
  readonly clock = new HandClock();
  readonly asked: PictureRequest[] = [];
  readonly recorded: { event: LineEvent; picture: Picture | undefined }[] = [];
  readonly raised: LineEvent[] = [];
  readonly errors: string[] = [];
  /** `late`: no picture ever comes. */
  pictures: 'there' | 'late' | 'none' = 'there';
  pictureIndex: number | undefined;
  failWith: Error | undefined;
  hang = false;
  ids = 0;
  readonly lanes: Lanes;
  readonly #stop = new AbortController();
  readonly #running: Promise<void>;
  #index = 0;

  constructor(options: Partial<LanesOptions> & { rules?: readonly Rule[] } = {}) {
    const { rules = [spillRule()], ...more } = options;
    const note = (_: object, message: string): number => this.errors.push(message);
    const log = {
      ...silentLogger,
      debug: () => undefined,
      info: () => undefined,
      warn: note,
      error: note,
      child: () => log,
    };
    this.lanes = new Lanes({
      vision: { picture: (request) => this.#picture(request) },
      recorder: { record: (event, picture) => this.#record(event, picture) },
      alarm: { raise: (event) => this.raised.push(event) },
      clock: this.clock,
      log,
      newEventId: () => `event-${++this.ids}`,
      lanes: [{ camera: 'floor', source: 'live', models: [{ id: 'sanitation', tracker: new ByteTracker(), rules }] }],
      ...more,
    });
    this.#running = this.lanes.run(this.#stop.signal);
  }

  get phases(): string[] {
    return this.recorded.map(({ event }) => `${event.event} ${event.output.phase}`);
  }

  /** Frames at 5 a second over the time given, with what the model says of each. */
  see(forMs: number, result: InferenceResult = ok([PUDDLE]), camera = 'floor'): void {
    for (let ms = 0; ms < forMs; ms += STEP_MS) {
      this.clock.advance(STEP_MS);
      this.lanes.inspection(inspection(this.#index, this.clock.monoMs() - 30, result, camera));
      this.#index += 1;
    }
  }

  settled(): Promise<void> {
    return this.lanes.settled(AbortSignal.timeout(600_000));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    this.clock.advance(60_000);
    await this.#running;
  }

  async #picture(request: PictureRequest): Promise<Picture> {
    this.asked.push(request);
    if (this.pictures === 'late') return new Promise(() => undefined);
    if (this.pictures === 'none') throw new LinesideError({ code: 'no_frame', message: 'none held', advice: 'wait' });
    return { jpeg: Buffer.from('jpeg'), width: 640, height: 360, index: this.pictureIndex ?? request.index ?? 0 };
  }

  async #record(event: LineEvent, picture: Picture | undefined): Promise<{ seq: number }> {
    if (this.hang) await new Promise(() => undefined);
    if (this.failWith !== undefined) throw this.failWith;
    return { seq: this.recorded.push({ event, picture }) };
  }
}

function spillRule(more: object = {}): Rule {
  const timing = { minDuration: '1s', clearAfter: '1s', coolDown: '0s', updateInterval: '2s' };
  return ruleOf({ type: 'spill', id: 'clean', severity: 'warning', ...timing, ...more });
}

function ok(boxes: readonly Box[], label = 'spill'): InferenceResult {
  return { status: 'ok', detections: boxes.map((box): Detection => ({ label, classId: 0, score: 0.8, box })) };
}

function inspection(
  index: number,
  atMs: number,
  result: InferenceResult,
  camera = 'floor',
  model = 'sanitation',
): Inspection {
  const frame = { camera, index, atMs, width: 640, height: 360 };
  return { frame, model, result, times: { waitMs: 1, inferMs: 20, decodeMs: 1 } };
}

/** A rule that returns the given transitions. */
class Puppet implements Rule {
  readonly id = 'puppet';
  readonly model = 'sanitation';
  next: [phase: RuleOutput['phase'], key: string][] = [];

  step(): readonly RuleOutput[] {
    return this.next.splice(0).map(([phase, key]) => ({
      phase,
      key,
      rule: this.id,
      ruleType: 'spill',
      kind: 'sanitation',
      severity: 'info',
      label: 'spill',
      durationMs: 1,
      ...(phase === 'closed' ? { reason: 'cleared' } : {}),
    }));
  }

  expire(): readonly RuleOutput[] {
    return [];
  }

  close(): readonly RuleOutput[] {
    return [];
  }
}

let world: World;
afterEach(() => world.stop());

describe('a lane', () => {
  it('records an event from its opening to its closing under one id, in order, with a snapshot of the opening', async () => {
    world = new World();
    world.lanes.model({ model: 'sanitation', sha256: 'ab'.repeat(32), state: 'ready', provider: 'cpu' });
    world.see(5000);
    world.lanes.model({ model: 'sanitation', sha256: '', state: 'failed', reason: 'gone from the disk' });
    world.see(2000, ok([]));
    await world.settled();
    expect(world.recorded[2]?.event.model?.sha256).toBe('ab'.repeat(32));
    expect(world.phases).toEqual(['event-1 opened', 'event-1 updated', 'event-1 closed']);
    const [opened, updated, closed] = world.recorded;
    expect(opened?.picture?.jpeg.toString()).toBe('jpeg');
    expect([updated?.picture, closed?.picture]).toEqual([undefined, undefined]);
    expect(opened?.event).toMatchObject({
      camera: 'floor',
      frame: { index: 5 },
      model: { id: 'sanitation', sha256: 'ab'.repeat(32), degraded: false },
    });
    expect(world.asked).toHaveLength(1);
    expect(world.asked[0]).toMatchObject({ camera: 'floor', index: 5, overlays: [] });
    expect(opened?.picture?.overlays).toMatchObject([{ box: PUDDLE, text: 'spill 0.80', colour: 'bad' }]);
    expect(world.raised.map((event) => event.output.phase)).toEqual(['opened', 'closed']);
    expect(world.lanes.state().lanes[0]?.frameToJournalMs?.p50).toBeGreaterThan(0);
  });

  it('marks every event of a model that is only a demonstration, in the alarm and in the journal', async () => {
    const model = { id: 'sanitation', tracker: new ByteTracker(), rules: [spillRule()], demonstration: true };
    world = new World({ lanes: [{ camera: 'floor', source: 'live', models: [model] }] });
    world.see(5000);
    world.see(2000, ok([]));
    await world.settled();
    expect(world.phases).toEqual(['event-1 opened', 'event-1 updated', 'event-1 closed']);
    for (const { event } of world.recorded) expect(event.output.details).toMatchObject({ demonstration: true });
    for (const event of world.raised) expect(event.output.details).toMatchObject({ demonstration: true });
  });

  it('raises the alarm at once, before snapshot and journal, and survives an alarm that throws', async () => {
    world = new World();
    world.pictures = 'late';
    world.see(1400);
    expect(world.raised).toHaveLength(1);
    expect(world.recorded).toHaveLength(0);
    await world.stop();
    const broken = {
      raise: () => {
        throw new Error('cable cut');
      },
    };
    world = new World({ alarm: broken });
    world.see(1400);
    await world.settled();
    expect(world.recorded).toHaveLength(1);
    expect(world.errors).toContain('an alarm could not be raised');
  });

  it('waits for a snapshot until its deadline and then records that there is none; the next update has one', async () => {
    world = new World();
    world.pictures = 'late';
    world.see(1200);
    await new Promise((resolve) => setImmediate(resolve));
    expect(world.recorded).toHaveLength(0);
    world.clock.advance(1500);
    await world.settled();
    expect(world.recorded[0]?.event.output.details).toMatchObject({ pictureMissing: 'deadline' });
    world.pictures = 'there';
    world.see(2000);
    await world.settled();
    expect(world.recorded.map(({ event, picture }) => [event.output.phase, picture !== undefined])).toEqual([
      ['opened', false],
      ['updated', true],
    ]);
    world.see(2000);
    await world.settled();
    expect(world.recorded.map(({ picture }) => picture !== undefined)).toEqual([false, true, false]);
    expect(world.lanes.state().lanes[0]?.recording).toMatchObject({ recorded: 3, withoutPicture: 1 });
  });

  it('records why there is no snapshot, and when it shows another frame', async () => {
    world = new World();
    world.pictures = 'none';
    world.see(1200);
    await world.settled();
    expect(world.recorded[0]?.event.output.details).toMatchObject({ pictureMissing: 'no_frame' });
    await world.stop();
    world = new World();
    world.pictureIndex = 40;
    world.see(1200);
    await world.settled();
    expect(world.recorded[0]?.event.output.details).toMatchObject({ pictureFrame: 40 });
  });

  it('tries a failing journal again until it accepts every event, in order', async () => {
    world = new World();
    world.failWith = new LinesideError({ code: 'journal_full', message: 'disk full', advice: 'free space' });
    world.see(1400);
    world.see(2000, ok([]));
    for (let k = 0; k < 20; k += 1) {
      world.clock.advance(1000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(world.lanes.state().lanes[0]?.recording).toMatchObject({ waiting: 2, recorded: 0, lost: 0 });
    expect(world.lanes.state().lanes[0]?.recording.retries).toBeGreaterThan(3);
    expect(world.errors.filter((message) => message === 'cannot record events').length).toBeLessThanOrEqual(2);
    world.failWith = undefined;
    const settled = world.settled();
    const knock = setInterval(() => world.clock.advance(1000), 5);
    await settled.finally(() => clearInterval(knock));
    expect(world.phases).toEqual(['event-1 opened', 'event-1 closed']);
  });

  it('drops an event that the journal refuses for good, logs it, and continues with the next', async () => {
    const puppet = new Puppet();
    world = new World({ rules: [puppet] });
    world.failWith = new LinesideError({ code: 'record_refused', message: 'no form', advice: 'report' });
    puppet.next = [['opened', 'a']];
    world.see(STEP_MS);
    await world.settled();
    world.failWith = undefined;
    puppet.next = [
      ['updated', 'a'],
      ['opened', 'b'],
      ['closed', 'a'],
      ['closed', 'b'],
    ];
    world.see(STEP_MS);
    await world.settled();
    expect(world.phases).toEqual(['event-2 opened', 'event-2 closed']);
    expect(world.lanes.state().lanes[0]?.recording.lost).toBe(1);
    expect(world.errors).toContain('an event is lost');
  });

  it('bounds its memory: updates are dropped first, then new events, and closings never', async () => {
    const puppet = new Puppet();
    world = new World({ rules: [puppet], limits: { waiting: 10, picturesWaiting: 3 } });
    world.failWith = new Error('disk');
    for (let k = 0; k < 8; k += 1) puppet.next.push(['opened', `${k}`], ['updated', `${k}`]);
    for (let k = 8; k < 12; k += 1) puppet.next.push(['opened', `${k}`]);
    for (let k = 0; k < 12; k += 1) puppet.next.push(['updated', `${k}`], ['closed', `${k}`]);
    world.see(STEP_MS);
    const full = world.lanes.state().lanes[0]!.recording;
    expect(full).toMatchObject({ lost: 2, waiting: 20 });
    expect(full.updatesDropped).toBeGreaterThan(0);
    world.failWith = undefined;
    const knock = setInterval(() => world.clock.advance(1000), 5);
    await world.settled().finally(() => clearInterval(knock));
    const opened = world.phases.filter((phase) => phase.endsWith('opened'));
    const closed = world.phases.filter((phase) => phase.endsWith('closed'));
    expect(opened.map((phase) => phase.split(' ')[0])).toEqual(closed.map((phase) => phase.split(' ')[0]));
    expect(opened).toHaveLength(10);
    expect(world.recorded.filter(({ picture }) => picture !== undefined)).toHaveLength(2);
    expect(world.recorded.find(({ event }) => event.event === 'event-3')?.event.output.details).toMatchObject({
      pictureMissing: 'journal_behind',
    });
  });

  it('logs what it could not record when the process ends, and does not wait for a journal that hangs', async () => {
    world = new World();
    world.hang = true;
    world.see(1400);
    await new Promise((resolve) => setImmediate(resolve));
    await world.stop();
    expect(world.errors).toContain('an event is lost');
    expect(world.lanes.state().lanes[0]?.recording).toMatchObject({ lost: 1, waiting: 0 });
  });

  it('counts every frame once: offered equals inspected, skipped and failed at every instant', () => {
    world = new World();
    const identity = (): void => {
      const { offered, inspected, skipped, failed } = world.lanes.state().lanes[0]!.models[0]!.counters;
      const sum = (counts: Readonly<Record<string, number>>): number =>
        Object.values(counts).reduce((a, b) => a + b, 0);
      expect(offered).toBe(inspected + sum(skipped) + sum(failed));
    };
    for (let round = 0; round < 5; round += 1) {
      world.see(600);
      identity();
      world.see(400, { status: 'no_result', reason: 'inference_error' });
      world.lanes.fate('floor', 'sanitation', { fate: 'skipped', reason: 'newer_frame' }, 7);
      identity();
      world.lanes.fate('floor', 'sanitation', { fate: 'failed', reason: 'vision_restarted' }, 1);
      identity();
    }
    expect(world.lanes.state().lanes[0]?.models[0]?.counters).toEqual({
      offered: 65,
      inspected: 15,
      skipped: { newer_frame: 35 },
      failed: { inference_error: 10, vision_restarted: 5 },
    });
  });

  it.each(['frozen', 'dark', 'overexposed', 'covered'] as const)(
    'has no result of a picture that is %s: nothing opens, nothing clears, and every frame is counted with the reason',
    async (problem) => {
      world = new World();
      const look = (...problems: PictureProblem[]): void =>
        world.lanes.camera({
          ...{ camera: 'floor', state: 'streaming', restarts: 0 },
          picture: { problems, luma: 10, contrast: 3, sharpness: 1 },
        });
      look(problem);
      world.see(3000);
      look('blurred');
      world.see(2000);
      look(problem);
      world.see(5000, ok([]));
      await world.settled();
      expect(world.phases).toEqual(['event-1 opened']);
      const [model] = world.lanes.state().lanes[0]?.models ?? [];
      expect(model?.counters).toMatchObject({ offered: 50, inspected: 10, failed: { [`picture_${problem}`]: 40 } });
      look();
      world.see(3000, ok([]));
      await world.settled();
      expect(world.phases.at(-1)).toBe('event-1 closed');
    },
  );

  it('records with an event whether its result was degraded', async () => {
    world = new World();
    world.lanes.model({ model: 'sanitation', sha256: 'cd'.repeat(32), state: 'ready', provider: 'cpu' });
    const { detections } = ok([PUDDLE]) as Extract<InferenceResult, { status: 'ok' }>;
    world.see(1400, { status: 'degraded', reason: 'fallback_provider', detections });
    await world.settled();
    expect(world.recorded[0]?.event.model?.degraded).toBe(true);
    expect(world.lanes.state().lanes[0]?.models[0]?.newest).toMatchObject({
      status: 'degraded',
      reason: 'fallback_provider',
    });
  });

  it('counts a rule that throws, and the other rules continue', async () => {
    const broken = new Puppet();
    broken.step = () => {
      throw new Error('mistake');
    };
    world = new World({ rules: [broken, spillRule()] });
    world.see(1400);
    await world.settled();
    expect(world.phases).toEqual(['event-1 opened']);
    expect(world.lanes.state().lanes[0]?.models[0]?.faults).toBe(7);
    expect(world.errors).toContain('a rule or tracker failed: report this');
  });

  it('has in its state the open events, and the boxes in the colours of the rules', () => {
    world = new World();
    world.see(1400);
    const [lane] = world.lanes.state().lanes;
    expect(lane?.openEvents).toMatchObject([
      { event: 'event-1', rule: 'clean', kind: 'sanitation', model: 'sanitation' },
    ]);
    expect(lane?.models[0]?.newest).toMatchObject({
      status: 'ok',
      overlays: [{ box: PUDDLE, colour: 'bad' }],
      detections: [{ label: 'spill' }],
    });
    expect(lane?.models[0]?.frameToResultMs?.p99).toBeCloseTo(30);
    world.see(2000, ok([]));
    expect(world.lanes.state().lanes[0]?.openEvents).toEqual([]);
  });
});

describe('lanes', () => {
  it('keep an event open over a short outage of the vision process, and close it as camera_lost over a long one', async () => {
    world = new World();
    world.lanes.up();
    world.see(1400);
    world.lanes.down('killed');
    expect(world.lanes.state().vision).toMatchObject({ state: 'down', downs: 1, reason: 'killed' });
    expect(world.lanes.telemetry()[0]?.state).toBe('vision_down');
    world.clock.advance(3000);
    world.lanes.tick(world.clock.monoMs());
    world.lanes.up();
    world.see(1000);
    await world.settled();
    expect(world.recorded.map(({ event }) => event.output.phase)).not.toContain('closed');
    world.lanes.down('hung');
    const since = world.lanes.state().vision.sinceMs;
    world.clock.advance(31 * 60_000);
    world.lanes.down('did not start');
    expect(world.lanes.state().vision).toMatchObject({ sinceMs: since, downs: 3 });
    world.lanes.tick(world.clock.monoMs());
    await world.settled();
    expect(world.recorded.at(-1)?.event.output).toMatchObject({ phase: 'closed', reason: 'camera_lost' });
    expect(world.recorded.at(-1)?.event.frame).toBeUndefined();
    expect(world.lanes.state().lanes[0]?.openEvents).toEqual([]);
  });

  it('close all open events when the process ends, and record that before it is gone', async () => {
    world = new World();
    world.see(1400);
    world.lanes.close('restart');
    await world.settled();
    expect(world.phases).toEqual(['event-1 opened', 'event-1 closed']);
    expect(world.recorded[1]?.event.output.reason).toBe('restart');
  });

  it('keep the events of each camera apart, and count results that no lane expects', async () => {
    const lane = (camera: string): LanesOptions['lanes'][number] => ({
      camera,
      source: 'live',
      models: [{ id: 'sanitation', tracker: new ByteTracker(), rules: [spillRule()] }],
    });
    world = new World({ lanes: [lane('floor'), lane('yard')] });
    world.see(1400, ok([PUDDLE]), 'yard');
    world.see(400, ok([PUDDLE]), 'nowhere');
    world.lanes.fate('floor', 'ppe', { fate: 'skipped', reason: 'newer_frame' }, 3);
    await world.settled();
    expect(world.recorded.map(({ event }) => event.camera)).toEqual(['yard']);
    expect(world.lanes.state().unroutedResults).toBe(5);
  });

  it('tell each rule what the other models of its camera see, so that what a person hides is not taken for gone', async () => {
    const [sanitation, ppe] = ['sanitation', 'ppe'].map((id) => ({ id, tracker: new ByteTracker() }));
    world = new World({
      lanes: [
        {
          camera: 'floor',
          source: 'live',
          models: [
            { ...sanitation!, rules: [spillRule()] },
            { ...ppe!, rules: [] },
          ],
        },
      ],
    });
    const person: Box = [PUDDLE[0] - 20, PUDDLE[1] - 100, PUDDLE[2] + 20, PUDDLE[3] + 20];
    let index = 1000;
    const passTime = (forMs: number, spills: readonly Box[], people: readonly Box[]): void => {
      for (let ms = 0; ms < forMs; ms += STEP_MS) {
        world.clock.advance(STEP_MS);
        const atMs = world.clock.monoMs() - 30;
        world.lanes.inspection(inspection((index += 1), atMs, ok(people, 'person'), 'floor', 'ppe'));
        world.lanes.inspection(inspection(index, atMs, ok(spills)));
      }
    };
    passTime(2000, [PUDDLE], []);
    passTime(20_000, [], [person]);
    expect(world.lanes.state().lanes[0]?.openEvents).toHaveLength(1);
    // As long as the track of the person lives, and a moment; then clearAfter.
    passTime(5600, [], []);
    expect(world.lanes.state().lanes[0]?.openEvents).toHaveLength(0);
    await world.settled();
    expect(world.recorded.at(-1)?.event.output).toMatchObject({ phase: 'closed', reason: 'cleared' });
  });

  it('run a recording on its own clock, and close its events when it ends', async () => {
    world = new World({
      lanes: [
        {
          camera: 'floor',
          source: 'recording',
          models: [{ id: 'sanitation', tracker: new ByteTracker(), rules: [spillRule()] }],
        },
      ],
    });
    for (let index = 0; index <= 10; index += 1)
      world.lanes.inspection(inspection(index, 5_000_000 + index * 200, ok([PUDDLE])));
    world.lanes.tick(world.clock.monoMs() + 99_999_999);
    expect(world.lanes.state().lanes[0]?.openEvents).toHaveLength(1);
    expect(world.lanes.state().lanes[0]?.models[0]?.frameToResultMs?.p50).toBe(22);
    world.lanes.ended('floor');
    await world.settled();
    expect(world.recorded.map(({ event }) => [event.output.phase, event.output.reason, event.frame?.atMs])).toEqual([
      ['opened', undefined, 5_001_000],
      ['closed', 'camera_lost', 5_002_000],
    ]);
    expect(world.recorded[0]?.event.decidedAtMs).toBeUndefined();
  });

  it('report telemetry per camera and model, with the state in one word', () => {
    world = new World();
    world.lanes.up();
    world.see(1000);
    const reported = (): string | undefined => world.lanes.telemetry()[0]?.state;
    expect(reported()).toBe('connecting');
    world.lanes.camera({ camera: 'floor', state: 'streaming', restarts: 0 });
    expect(reported()).toBe('streaming');
    world.lanes.camera({
      camera: 'floor',
      state: 'failed',
      restarts: 1,
      error: { code: 'auth', message: 'no', advice: 'password' },
    });
    expect(reported()).toBe('failed:auth');
    world.lanes.model({ model: 'sanitation', sha256: '', state: 'failed', reason: 'bad file' });
    expect(reported()).toBe('model_failed');
    expect(world.lanes.telemetry()).toMatchObject([
      { camera: 'floor', model: 'sanitation', counters: { offered: 5, inspected: 5 } },
    ]);
  });

  it('settle only when the journal has everything, and stop waiting when the signal aborts', async () => {
    world = new World();
    world.failWith = new Error('disk');
    world.see(1400);
    await expect(world.lanes.settled(AbortSignal.timeout(20))).rejects.toThrow();
    await waitFor('a retry', () => (world.lanes.state().lanes[0]?.recording.retries ?? 0) > 0);
  });
});

describe('a line that changes while it runs', () => {
  const lanes = (rules: readonly Rule[]): LanesOptions['lanes'] =>
    ['floor', 'hall'].map((camera) => laneOf(camera, rules));
  const laneOf = (camera: string, rules: readonly Rule[]) => ({
    camera,
    source: 'live' as const,
    models: [{ id: 'sanitation', tracker: new ByteTracker(), rules }],
  });

  it('closes the events of a rule that is removed, and none of other rules and cameras', async () => {
    const world = new World({
      lanes: [laneOf('floor', [spillRule(), spillRule({ id: 'other' })]), laneOf('hall', [spillRule()])],
    });
    world.see(1400);
    world.see(1400, ok([PUDDLE]), 'hall');
    await world.settled();
    expect(world.phases.toSorted()).toEqual(['event-1 opened', 'event-2 opened', 'event-3 opened']);
    world.lanes.changeRules('floor', { removed: ['clean'], added: [spillRule({ id: 'third' })] });
    world.see(1400);
    await world.settled();
    const after = world.recorded.slice(3).map(({ event }) => event.output);
    const [closed, opened] = after.filter(({ phase }) => phase !== 'updated');
    expect(world.phases.slice(3)).toEqual(['event-1 closed', 'event-2 updated', 'event-4 opened']);
    expect(closed).toMatchObject({ rule: 'clean', reason: 'rule_removed' });
    expect(opened).toMatchObject({ rule: 'third' });
    await world.stop();
  });

  it('closes the events of a camera that is replaced, and its counters continue', async () => {
    const world = new World({ lanes: lanes([]) });
    world.lanes.changeRules('floor', { removed: [], added: [spillRule()] });
    world.lanes.changeRules('hall', { removed: [], added: [spillRule()] });
    world.lanes.model({ model: 'sanitation', sha256: 'abc', state: 'ready' });
    world.see(1400);
    world.see(1400, ok([PUDDLE]), 'hall');
    const inspected = (): number[] => world.lanes.state().lanes.map(({ models }) => models[0]?.counters.inspected ?? 0);
    const before = inspected();
    world.lanes.replace(laneOf('floor', [spillRule()]));
    await world.settled();
    expect(world.phases).toEqual(['event-1 opened', 'event-2 opened', 'event-1 closed']);
    expect(world.recorded.at(-1)?.event.output).toMatchObject({ reason: 'restart' });
    expect(inspected()).toEqual(before);
    expect(world.lanes.state().lanes[0]?.models[0]?.status?.state).toBe('ready');
    world.see(200);
    expect(inspected()[0]).toBe((before[0] ?? 0) + 1);
    await world.stop();
  });

  it('adds a camera, and removes one whose events are recorded before it is gone', async () => {
    const world = new World();
    world.lanes.replace(laneOf('hall', [spillRule()]));
    world.see(1400);
    world.see(1400, ok([PUDDLE]), 'hall');
    await world.lanes.remove('floor', AbortSignal.timeout(600_000));
    expect(world.phases).toEqual(expect.arrayContaining(['event-1 opened', 'event-1 closed', 'event-2 opened']));
    expect(world.lanes.state().lanes.map(({ camera }) => camera)).toEqual(['hall']);
    await world.stop();
  });
});
