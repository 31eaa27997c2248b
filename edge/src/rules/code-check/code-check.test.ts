import { describe, expect, it } from 'vitest';
import { frameAt, ruleOf, story, track } from '../../../../tests/support/crafted-tracks.ts';
import type { Box, ReadingAnswer, ReadingRequest, RegionRead, RuleOutput, Track } from '../../domain/index.ts';
import type { Rule } from '../../pipeline/index.ts';
import type { RuleMemory } from '../index.ts';

const STEP_MS = 100;
const GTIN = '4006381333931';
const OTHER = '4006381333948';
const MARK = { at: [0.5, 0.5], angle: 0 } as const;

const REGION: Omit<RegionRead, 'name'> = { printed: true, codes: [], lines: [] };
const nothing: Omit<RegionRead, 'name'> = { ...REGION, printed: false };
const code = (text: string, contrast = 0.8) => ({
  ...REGION,
  codes: [{ symbology: 'EAN13', text, mark: MARK, contrast, quietZone: 1.2 }],
});
const print = (...texts: string[]) => ({
  ...REGION,
  lines: texts.map((text) => ({ text, score: 0.9, mark: MARK })),
});

type Print = Omit<RegionRead, 'name'> | 'not_read' | 'no_answer';

const EAN = { id: 'ean', kind: 'code', gtin: GTIN };
const DATE = { id: 'date', kind: 'date', format: 'DD.MM.YY', date: '2027-05-27', region: [0, 0.5, 1, 1] };

/** Packs that pass one after the other, 200 px wide, one every `everyMs`; the reader answers with the next frame. */
class Line {
  readonly rule: Rule;
  readonly outputs: RuleOutput[] = [];
  readonly requests: ReadingRequest[] = [];
  #atMs = 0;
  #packs = 0;
  #waiting: { readonly request: ReadingRequest; readonly print: Print }[] = [];

  constructor(options: object, place: Parameters<typeof ruleOf>[1] = {}) {
    this.rule = ruleOf({ id: 'r', type: 'code_check', ...options }, place);
  }

  /** One pack from the left to the right of the picture in `frames` frames, with what the reader sees of each region. */
  pass(print: Print | ((region: string) => Print), frames = 10): this {
    this.#packs += 1;
    for (let k = 0; k < frames; k += 1) {
      const x = -100 + (k * 740) / frames;
      this.frame([track(this.#packs, 'product', box(x), { hits: k + 1 })], print);
    }
    // The tracker forgets the pack, and nobody can detect it again.
    for (let k = 0; k < 25; k += 1) this.frame([], print);
    return this;
  }

  frame(tracks: readonly Track[], print: Print | ((region: string) => Print)): void {
    this.#atMs += STEP_MS;
    const frame = { ...frameAt(this.#atMs), index: this.#atMs / STEP_MS };
    const answered = this.#waiting;
    this.#waiting = [];
    for (const { request, print: seen } of answered) this.#answer(request, seen, print);
    this.#take(this.rule.step({ frame, tracks: tracks.map((one) => ({ ...one, lastSeenMs: this.#atMs })) }));
    for (const request of this.rule.readings?.() ?? []) {
      this.requests.push(request);
      this.#waiting.push({ request, print: typeof print === 'function' ? 'no_answer' : print });
    }
  }

  #answer(request: ReadingRequest, seen: Print, print: Print | ((region: string) => Print)): void {
    const of = typeof print === 'function' ? print : () => seen;
    const { id, rule, frame } = request;
    const prints = request.regions.map(({ name }) => ({ name, seen: of(name) }));
    const answer: ReadingAnswer = prints.some((one) => one.seen === 'not_read')
      ? { id, rule, frame, status: 'not_read', reason: 'queue_full' }
      : {
          ...{ id, rule, frame, status: 'read', tookMs: 4 },
          regions: prints.map(({ name, seen: region }) => ({
            ...(typeof region === 'string' ? REGION : region),
            name,
          })),
        };
    if (prints.some((one) => one.seen === 'no_answer')) return;
    this.#take(this.rule.reading?.(answer) ?? []);
  }

  #take(outputs: readonly RuleOutput[]): void {
    this.outputs.push(...outputs);
  }

  get state() {
    const state = this.rule.packChecks?.();
    if (state === undefined) throw new Error('the rule checks packs');
    return state;
  }
}

function box(x: number): Box {
  return [x, 80, x + 200, 280];
}

const memoryOf = (kept?: object): RuleMemory & { kept: unknown } => {
  const memory = {
    kept: kept as unknown,
    get: () => memory.kept,
    set: (value: object) => {
      memory.kept = value;
    },
  };
  return memory;
};

describe('the verdict on a pack', () => {
  it.each([
    ['with its code', code(GTIN), 'good'],
    ['with the code of another product', code(OTHER), 'wrong'],
    ['with a smear', REGION, 'unreadable'],
    ['without any print', nothing, 'missing'],
    ['for which the reader has no time', 'not_read', 'unreadable'],
    ['of which no answer comes', 'no_answer', 'unreadable'],
  ] as const)('%s is given once', (_, print, verdict) => {
    const line = new Line({ fields: [EAN] });
    line.pass(print, 12);
    for (let k = 0; k < 60; k += 1) line.frame([], print);
    const { packs, latest } = line.state;
    expect(packs).toEqual({ good: 0, wrong: 0, unreadable: 0, missing: 0, [verdict]: 1 });
    expect(latest).toMatchObject([{ verdict, track: 1, fields: [{ id: 'ean', verdict, expected: GTIN }] }]);
    expect(story(line.outputs)).toEqual(verdict === 'good' ? [] : ['opened #1']);
  });

  it('is wrong for its worst field, and says what was read against what was expected', () => {
    const line = new Line({ fields: [EAN, DATE] });
    line.pass((region) => (region.includes('0.5') ? print('BBE 28.05.27') : code(GTIN)));
    expect(line.outputs).toMatchObject([
      {
        phase: 'opened',
        severity: 'critical',
        label: 'product',
        details: {
          verdict: 'wrong',
          field: 'date',
          expected: '2027-05-27',
          read: '2027-05-28',
          packs: 1,
          packTrack: 1,
        },
      },
    ]);
    // The snapshot shows the frame that was read.
    expect(line.requests.map(({ frame }) => frame.index)).toContain(line.outputs[0]?.shownIn?.index);
  });

  it('is taken by the votes of its frames, and a pack that was read well is read no more', () => {
    const line = new Line({ fields: [EAN], maxReadings: 5 });
    let n = 0;
    line.pass(() => (n++ === 0 ? code(OTHER) : code(GTIN)), 20);
    expect(line.state.packs.good).toBe(1);
    expect(line.requests).toHaveLength(3);
    const good = new Line({ fields: [EAN] }).pass(code(GTIN), 20);
    expect(good.requests).toHaveLength(1);
    const bad = new Line({ fields: [EAN], maxReadings: 4 }).pass(REGION, 30);
    expect(bad.requests).toHaveLength(4);
  });

  it('is not given twice when the track of the pack is lost and another one begins', () => {
    const line = new Line({ fields: [EAN] });
    for (let k = 0; k < 16; k += 1) {
      const lost = k === 6 || k === 7;
      const tracks = lost ? [] : [track(k < 6 ? 1 : 2, 'product', box(20 + k * 20), { hits: 5 })];
      line.frame(tracks, code(GTIN));
    }
    for (let k = 0; k < 30; k += 1) line.frame([], code(GTIN));
    expect(line.state.packs.good).toBe(1);
  });

  it.each([
    ['is none where the picture shows only its end, and nothing was read', [540, 600], print('A7'), {}],
    ['is what was read, also where the picture shows only its end', [540, 600], code(OTHER), { wrong: 1 }],
    ['is unreadable where the picture showed all of it', [420, 480], print('A7'), { unreadable: 1 }],
  ] as const)('%s', (_, places, seen, counted) => {
    const line = new Line({ fields: [EAN] });
    for (const x of places) line.frame([track(1, 'product', [x, 80, Math.min(640, x + 200), 280])], seen);
    for (let k = 0; k < 60; k += 1) line.frame([], seen);
    expect(line.requests.length).toBeGreaterThan(0);
    expect(line.state.packs).toEqual({ good: 0, wrong: 0, unreadable: 0, missing: 0, ...counted });
  });

  it('is unreadable with the reason where no text reader is installed, and never missing', () => {
    const line = new Line({ fields: [DATE] }).pass({ ...nothing, noTextReader: true }, 12);
    expect(line.state.packs).toMatchObject({ unreadable: 1, missing: 0 });
    expect(line.outputs[0]?.details).toMatchObject({ unreadableBecause: 'no_text_reader' });
  });

  it('is unreadable where a fact of the recipe is not known', () => {
    const line = new Line({ fields: [{ ...EAN, gtin: '{product}' }] }).pass(code(GTIN));
    expect(line.state).toMatchObject({ packs: { unreadable: 1 }, problems: ['no_recipe'] });
    expect(line.outputs[0]?.details).toMatchObject({ expected: '{product}', unreadableBecause: 'no_recipe' });
  });

  it('is given for the last packs of a recording too', () => {
    const line = new Line({ fields: [EAN], maxReadings: 50 });
    for (let k = 0; k < 5; k += 1) line.frame([track(1, 'product', box(200 + k), { hits: 5 })], code(OTHER));
    expect(line.state.packs.wrong).toBe(0);
    const outputs = line.rule.expire(Number.POSITIVE_INFINITY);
    expect(line.state.packs.wrong).toBe(1);
    expect(story(outputs)).toEqual(['opened #1', 'closed(camera_lost) #1']);
  });
});

describe('the last frame of a recording', () => {
  it('makes no bad pack of one that it still shows, and that could have been read in the next', () => {
    const line = new Line({ fields: [EAN] });
    line.frame([track(1, 'product', box(200), { hits: 5 })], REGION);
    line.frame([track(1, 'product', box(240), { hits: 6 })], REGION);
    expect(line.rule.expire(Number.POSITIVE_INFINITY)).toEqual([]);
    expect(line.state.packs).toEqual({ good: 0, wrong: 0, unreadable: 0, missing: 0 });
  });

  it('is the end of those that have passed', () => {
    const line = new Line({ fields: [EAN] }).pass(REGION, 3);
    line.rule.expire(Number.POSITIVE_INFINITY);
    expect(line.state.packs).toMatchObject({ unreadable: 1 });
  });
});

describe('the places in which a pack is read', () => {
  const xs = (frames: number, width: number): readonly number[] => {
    const line = new Line({ fields: [EAN], maxReadings: 5 });
    for (let k = 0; k < frames; k += 1) {
      line.frame(
        [track(1, 'product', [(k * (640 - width)) / frames, 80, (k * (640 - width)) / frames + width, 280])],
        REGION,
      );
    }
    return line.requests.map(({ regions }) => Math.round(regions[0]?.box[0] ?? 0));
  };

  it('are close to each other at first and then ever farther apart, as far as the pack goes', () => {
    for (const [frames, width] of [
      [40, 200],
      [60, 100],
      [20, 300],
    ] as const) {
      const places = xs(frames, width);
      const steps = places.slice(1).map((x, n) => x - (places[n] ?? 0));
      expect(places).toHaveLength(5);
      expect(steps).toEqual(steps.toSorted((a, b) => a - b));
      expect(places.at(-1)).toBeGreaterThan(0.6 * (640 - width));
    }
  });

  it('are one where the pack stands, which is read again after some time', () => {
    const line = new Line({ fields: [EAN], maxReadings: 5 });
    for (let k = 0; k < 100; k += 1) line.frame([track(1, 'product', box(200), { hits: 5 })], REGION);
    expect(line.requests).toHaveLength(5);
    expect(line.requests.map(({ frame }) => frame.atMs)).toEqual([100, 2100, 4100, 6100, 8100]);
  });
});

describe('what is read of a pack', () => {
  it('is its regions in pixels of the frame, when the frame shows them completely, text only where it is needed', () => {
    const line = new Line({ fields: [{ ...EAN, region: [0.25, 0, 0.75, 0.5], symbologies: ['EAN13'] }, DATE] });
    line.pass(REGION);
    for (const { regions, frame } of line.requests) {
      const [ean, date] = regions;
      const [x1, y1, x2, y2] = ean?.box ?? [0, 0, 0, 0];
      expect([x2 - x1, y1, y2]).toEqual([100, 80, 180]);
      expect(ean).toMatchObject({ codes: ['EAN13'], text: false });
      expect(date).toMatchObject({ text: true });
      expect(date).not.toHaveProperty('codes');
      for (const region of regions) {
        expect(region.box[0]).toBeGreaterThanOrEqual(-10);
        expect(region.box[2]).toBeLessThanOrEqual(frame.width + 10);
      }
    }
    expect(line.requests.length).toBeGreaterThan(1);
  });

  it('is a fixed region of the picture where the recipe names one, and fields with one region are read together', () => {
    const at = { of: 'picture', region: [0, 0, 0.5, 0.5] };
    const line = new Line({
      fields: [
        { ...EAN, ...at },
        { ...DATE, ...at },
      ],
    }).pass(REGION);
    expect(line.requests[0]?.regions).toMatchObject([{ box: [0, 0, 320, 180], text: true }]);
  });

  it('is nothing without fields', () => {
    const line = new Line({}).pass(code(OTHER));
    expect(line.requests).toEqual([]);
    expect(line.outputs).toEqual([]);
  });
});

describe('a run of bad packs', () => {
  it('is one event with a count, which closes after some good packs', () => {
    const line = new Line({ fields: [DATE], clearPacks: 2 });
    for (let n = 0; n < 40; n += 1) line.pass(nothing);
    expect(line.outputs.filter(({ phase }) => phase === 'opened')).toHaveLength(1);
    line.pass(print('27.05.27')).pass(print('27.05.27'));
    expect(line.outputs.at(-1)).toMatchObject({
      ...{ phase: 'closed', reason: 'cleared' },
      details: { verdict: 'missing', field: 'date', packs: 40, inARow: 40 },
    });
    line.pass(nothing);
    expect(line.outputs.at(-1)).toMatchObject({ phase: 'opened', key: '2', details: { packs: 1, inARow: 1 } });
  });

  it('opens no event before as many packs in a row as the option says', () => {
    const line = new Line({ fields: [EAN], openAfter: 3 });
    line.pass(nothing).pass(nothing).pass(code(GTIN)).pass(nothing).pass(nothing);
    expect(line.outputs).toEqual([]);
    line.pass(nothing);
    expect(line.outputs).toMatchObject([{ phase: 'opened', details: { packs: 3, inARow: 3 } }]);
  });

  it('has an event for each field, in which unreadable packs do not take back what was read', () => {
    const line = new Line({ fields: [EAN, DATE] });
    line.pass((region) => (region.includes('0.5') ? print('27.05.27') : code(OTHER)));
    line.pass(REGION);
    line.pass((region) => (region.includes('0.5') ? nothing : code(GTIN)));
    expect(line.outputs.filter(({ phase }) => phase === 'opened').map(({ details }) => details?.['field'])).toEqual([
      'ean',
      'date',
    ]);
    const closed = line.rule.close(1e6, 'restart').map(({ details }) => details);
    expect(closed[0]).toMatchObject({ verdict: 'wrong', read: OTHER, packs: 2 });
  });
});

describe('a change of recipe', () => {
  it('counts the first packs apart, and opens events after them', () => {
    const memory = memoryOf({ recipe: 'milk', contrast: {}, hours: [] });
    const line = new Line({ fields: [EAN], changeoverPacks: 2 }, { memory, recipe: 'soya' });
    line.pass(code(OTHER)).pass(code(OTHER));
    expect(line.outputs).toEqual([]);
    line.pass(code(OTHER));
    expect(line.outputs).toHaveLength(1);
    expect(line.state).toMatchObject({ packs: { wrong: 1 }, changeover: { wrong: 2 } });
    expect(line.rule.tallies?.()).toEqual([
      { name: 'wrong', label: 'changeover', count: 2 },
      { name: 'wrong', label: 'pack', count: 1 },
    ]);
    expect(memory.kept).toMatchObject({ recipe: 'soya' });
  });

  it('is none when the program starts again with the same recipe', () => {
    const memory = memoryOf({ recipe: 'milk', contrast: { ean: 0.8 }, hours: [] });
    const line = new Line({ fields: [EAN] }, { memory, recipe: 'milk' }).pass(code(OTHER));
    expect(line.outputs).toHaveLength(1);
    expect(line.state.fields[0]).toMatchObject({ contrastBefore: 0.8 });
  });

  it('can be chosen by a code on several packs in a row, in every way in which its product can be written', () => {
    const line = new Line({ fields: [{ id: 'product', kind: 'code', selectsRecipe: true }, EAN], selectAfter: 2 });
    line.pass(code(OTHER)).pass(code(GTIN));
    expect(line.rule.chosenProduct?.()).toBeUndefined();
    line.pass(code(GTIN));
    expect(line.rule.chosenProduct?.()).toEqual([GTIN, `0${GTIN}`]);
    expect(line.rule.chosenProduct?.()).toBeUndefined();
    line.pass(code(GTIN));
    expect(line.rule.chosenProduct?.()).toBeUndefined();
  });
});

describe('a date by the clock', () => {
  const NIGHT = { name: 'Night', startMinute: 22 * 60, endMinute: 6 * 60 };
  const plan = { timeZone: 'Europe/Berlin', shifts: [NIGHT] };
  // 00:03 in Berlin on 29 November.
  const wallTime = (atMs: number) => Date.UTC(2026, 10, 28, 23, 3) + atMs;
  const field = { id: 'date', kind: 'date', format: 'DD.MM.YY', shelfLife: '180d' };
  const verdictOf = (more: object, text: string, place: object = { wallTime, plan }, options: object = {}) => {
    const line = new Line({ fields: [{ ...field, ...more }], dateGrace: '0s', ...options }, place).pass(
      print(text),
      12,
    );
    return line.state.latest[0]?.verdict;
  };

  it('is production day and shelf life, by the calendar or by the day on which the shift began', () => {
    expect(verdictOf({}, '28.05.27')).toBe('good');
    expect(verdictOf({}, '27.05.27')).toBe('wrong');
    expect(verdictOf({ productionDay: 'shift' }, '27.05.27')).toBe('good');
    expect(verdictOf({ shelfLife: '0d' }, '29.11.26')).toBe('good');
    expect(verdictOf({ format: 'MM/YY', shelfLife: '6mo' }, '05/27')).toBe('good');
  });

  it('may be that of the day before for a while after midnight', () => {
    expect(verdictOf({}, '27.05.27', { wallTime, plan }, { dateGrace: '5m' })).toBe('good');
    expect(verdictOf({}, '26.05.27', { wallTime, plan }, { dateGrace: '5m' })).toBe('wrong');
  });

  it('cannot be judged while the clock is not trusted', () => {
    const line = new Line({ fields: [field] }, { plan }).pass(print('28.05.27'), 12);
    expect(line.state).toMatchObject({ packs: { unreadable: 1 }, problems: ['clock_not_trusted'] });
  });
});

describe('a printer that fades', () => {
  it('is reported while its codes can still be read, and cleared when the contrast is back', () => {
    const line = new Line({ fields: [EAN], contrastPacks: 5 });
    for (let n = 0; n < 8; n += 1) line.pass(code(GTIN, 0.8), 6);
    for (let n = 0; n < 8; n += 1) line.pass(code(GTIN, 0.5), 6);
    expect(line.state.packs.good).toBe(16);
    expect(line.outputs[0]).toMatchObject({
      ...{ phase: 'opened', severity: 'warning' },
      details: { verdict: 'fading', field: 'ean', contrastBefore: 0.8 },
    });
    for (let n = 0; n < 8; n += 1) line.pass(code(GTIN, 0.8), 6);
    expect(line.outputs.at(-1)).toMatchObject({ phase: 'closed', reason: 'cleared' });
    expect(line.state.fields[0]).toMatchObject({ contrast: 0.8, contrastBefore: 0.8, quietZone: 1.2 });
  });
});

describe('the counts of a rule', () => {
  it('have the read rate of each hour and field, and go on where an earlier run was', () => {
    const wallTime = (atMs: number) => Date.UTC(2026, 10, 28, 10, 30) + atMs;
    const fromMs = Date.UTC(2026, 10, 28, 10);
    const memory = memoryOf({ contrast: {}, hours: [{ fromMs, packs: 7, read: { ean: 7 } }, 'x'] });
    const line = new Line({ fields: [EAN] }, { wallTime, memory });
    line.pass(code(GTIN)).pass(code(OTHER)).pass(REGION);
    expect(line.state.hours).toEqual([{ fromMs, packs: 10, read: { ean: 9 } }]);
    expect(line.state.packMs?.mean).toBeGreaterThan(0);
  });

  it('start with nothing where what was kept is of another form', () => {
    for (const kept of ['x', null, { hours: 3, contrast: [] }, { hours: [{ fromMs: 'x' }] }]) {
      const line = new Line({ fields: [EAN] }, { memory: memoryOf(kept as object) });
      expect(line.state.hours).toEqual([]);
    }
  });
});
