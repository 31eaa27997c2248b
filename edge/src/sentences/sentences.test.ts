import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { checkConfig } from '../config/index.ts';
import {
  type Condition,
  describeRule,
  GARMENTS,
  parseSentence,
  type Reading,
  type RuleDraft,
  ruleOptionsOf,
  type SentenceContext,
} from './index.ts';

const PPE = { id: 'ppe', labels: ['person', 'headwear', 'bare_head'] };
const DEFECT = { id: 'defect', labels: ['product', 'cap', 'defect'] };
const SANITATION = { id: 'sanitation', labels: ['spill', 'litter'] };
const LINE: SentenceContext = {
  cameras: [
    { id: 'packing', zones: ['table', 'hall-2'], models: [PPE, SANITATION] },
    { id: 'belt', zones: ['infeed'], models: [DEFECT] },
  ],
  shifts: ['Early', 'Ночная'],
  signals: [
    { id: 'line-state', type: 'text' },
    { id: 'Cycles', type: 'number' },
    { id: 'cycles-2', type: 'number' },
  ],
};
const SERVICE = { condition: { about: 'service', by: 'time' }, camera: 'belt' };
const RUNNING = { condition: { about: 'service', by: 'running', signal: 'line-state' }, camera: 'belt' };
const COUNTED = (signal: string, count: number) => ({
  condition: { about: 'service', by: 'count', signal, count },
  camera: 'belt',
});
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const HEADWEAR = { condition: { about: 'headwear' }, camera: 'packing' };
const SENTENCES: readonly (readonly [string, object])[] = [
  ['no hairnet in packing for longer than 5 seconds is a violation', { ...HEADWEAR, durationMs: 5000 }],
  ['No hair net at the table for more than 1.5 minutes.', { ...HEADWEAR, zone: 'table', durationMs: 90_000 }],
  [
    'A person without a cap in zone Hall-2 is a critical violation',
    { ...HEADWEAR, zone: 'hall-2', severity: 'critical' },
  ],
  [
    'If somebody works without headwear in packing in the shift Early, it is a warning',
    { ...HEADWEAR, shift: 'Early', severity: 'warning' },
  ],
  [
    'no gloves at the table from 6:00 to 14:00 on weekdays is a violation',
    {
      condition: { about: 'garment', garment: 'gloves' },
      camera: 'packing',
      zone: 'table',
      hours: { from: '06:00', to: '14:00' },
      days: 'weekdays',
    },
  ],
  [
    'more than three people at the table for longer than 2 min is a note',
    {
      condition: { about: 'more', people: 3 },
      camera: 'packing',
      zone: 'table',
      durationMs: 120_000,
      severity: 'info',
    },
  ],
  [
    'people in zone hall-2 are not allowed',
    { condition: { about: 'more', people: 0 }, camera: 'packing', zone: 'hall-2' },
  ],
  [
    'somebody alone in packing for 10m is a violation',
    { condition: { about: 'alone' }, camera: 'packing', durationMs: 600_000 },
  ],
  ['litter on the floor in packing', { condition: { about: 'floor', matter: 'litter' }, camera: 'packing' }],
  [
    'the line stands at camera belt for longer than 2 minutes',
    { condition: { about: 'stop' }, camera: 'belt', durationMs: 120_000 },
  ],
  [
    'an operation at the table shorter than 20 seconds is a violation',
    { condition: { about: 'operation', limit: 'shorter' }, camera: 'packing', zone: 'table', durationMs: 20_000 },
  ],
  ['нет сетки на голове в packing дольше 5 секунд — нарушение', { ...HEADWEAR, durationMs: 5000 }],
  [
    'Сотрудник без головного убора в зоне table более 10 секунд это критическое нарушение',
    { ...HEADWEAR, zone: 'table', durationMs: 10_000, severity: 'critical' },
  ],
  [
    'Больше трёх человек у table дольше 1 минуты в смену ночная — предупреждение',
    {
      condition: { about: 'more', people: 3 },
      camera: 'packing',
      zone: 'table',
      durationMs: 60_000,
      shift: 'Ночная',
      severity: 'warning',
    },
  ],
  [
    'разлив на полу в packing с 06:00 до 14:00 недопустимо',
    { condition: { about: 'floor', matter: 'spill' }, camera: 'packing', hours: { from: '06:00', to: '14:00' } },
  ],
  [
    'не убирали в packing дольше 8 часов — нарушение',
    { condition: { about: 'cleaning' }, camera: 'packing', durationMs: 28_800_000 },
  ],
  ['дефект продукта на belt — нарушение', { condition: { about: 'defect' }, camera: 'belt' }],
  [
    'nobody cleans in packing for 8 hours',
    { condition: { about: 'cleaning' }, camera: 'packing', durationMs: 8 * HOUR },
  ],
  ['the belt must be serviced every 30 days', { ...SERVICE, durationMs: 30 * DAY }],
  [
    'The machine at camera belt must be serviced at least every two weeks, otherwise it is a critical violation.',
    { ...SERVICE, durationMs: 14 * DAY, severity: 'critical' },
  ],
  ['no service at belt for longer than 90 days is a violation', { ...SERVICE, durationMs: 90 * DAY }],
  ['camera belt has to be serviced every day on weekdays', { ...SERVICE, durationMs: DAY, days: 'weekdays' }],
  // The one signal that can tell the state of a machine.
  ['the belt must be serviced every 100 hours of running', { ...RUNNING, durationMs: 100 * HOUR }],
  [
    'the belt must be serviced after 8 hours of running by signal cycles',
    { ...RUNNING, condition: { ...RUNNING.condition, signal: 'Cycles' }, durationMs: 8 * HOUR },
  ],
  ['the belt must be serviced every 250000 cycles by signal cycles-2', COUNTED('cycles-2', 250_000)],
  ['belt обслуживать каждые 30 дней', { ...SERVICE, durationMs: 30 * DAY }],
  [
    'Оборудование нужно обслуживать на камере belt раз в неделю — предупреждение',
    { ...SERVICE, durationMs: 7 * DAY, severity: 'warning' },
  ],
  ['не обслуживали на belt дольше 90 дней', { ...SERVICE, durationMs: 90 * DAY }],
  [
    'обслуживать belt каждые 100 часов работы по сигналу line-state, иначе — нарушение',
    { ...RUNNING, durationMs: 100 * HOUR },
  ],
  ['обслуживать оборудование на камере belt раз в 5000 циклов по счётчику Cycles', COUNTED('Cycles', 5000)],
];

const REFUSED: readonly (readonly [string, RegExp])[] = [
  ['no hairnet in packing is not a violation', /not understood: .*not/],
  ['a hairnet in packing is a violation', /not understood: a hairnet/],
  ['no hairnet in the kitchen is a violation', /not understood: in the kitchen/],
  ['no hairnet and no gloves in packing', /two things/],
  ['no hairnet for 5 seconds is a violation', /where/],
  ['no hairnet in packing at belt', /no zone|one place too many|not understood|where|packing/],
  ['no hairnet in packing for 0 seconds', /no duration/],
  [
    'no hairnet in packing for longer than 5 seconds for longer than 6 seconds',
    /not understood: for longer than 6 seconds/,
  ],
  ['somebody alone in packing', /how long/],
  ['defect at belt for longer than 5 seconds', /not by time/],
  ['no hairnet in packing from 25:00 to 26:00', /no time of day/],
  ['no hairnet in packing shorter than 5 seconds', /too short/],
  ['in packing is a violation', /what is wrong/],
  ['нет сетки в packing — не нарушение', /не/],
  ['сетка в packing — нарушение', /сетка/],
  ['the belt must not be serviced every 30 days', /not/],
  ['the belt must be serviced', /how long/],
  ['the infeed must be serviced every 30 days', /as a whole: zone infeed/],
  ['the mixer must be serviced every 30 days', /not understood: the mixer/],
  ['the belt must be serviced every 0 days', /no duration/],
  ['the belt must be serviced every 0 counts by signal cycles', /0 counts/],
  ['the belt must be serviced every 250,000 counts by signal cycles', /not understood: every 250.000 counts/],
  ['the belt must be serviced every 5000 counts', /which signal counts/],
  ['the belt must be serviced every 5000 counts by signal line-state', /which signal counts/],
  ['the belt must be serviced every 30 days by signal line-state', /not understood: by signal line-state/],
  ['the belt must be serviced every 9 hours of running every 30 days', /not understood: every 30 days/],
  ['the belt must be serviced every 30 days for longer than 5 days', /two limits/],
  ['no cleaning at belt every 30 days', /not understood: every 30 days/],
  ['обслуживать belt раз в 30 дней раз в 5 дней', /раз в 5 дней/],
  ['', /what is wrong/],
  ['x'.repeat(500), /too long/],
];

function refusal(reading: Reading): string {
  return reading.ok ? JSON.stringify(reading.draft) : reading.problem;
}

describe('a sentence', () => {
  it.each(SENTENCES)('is read: %s', (sentence, draft) => {
    expect(parseSentence(sentence, LINE)).toMatchObject({ ok: true, draft });
    const reading = parseSentence(sentence, LINE);
    expect(reading.ok && reading.draft).toEqual(draft);
  });

  it.each(REFUSED)('is refused with the reason: %s', (sentence, problem) => {
    const reading = parseSentence(sentence, LINE);
    expect(reading.ok).toBe(false);
    expect(refusal(reading)).toMatch(problem);
  });

  it('that is refused says why in the language of the person, whatever its own', () => {
    for (const [sentence] of REFUSED) {
      const reading = parseSentence(sentence, LINE, 'ru');
      expect(reading.ok).toBe(false);
      if (reading.ok) continue;
      expect(reading.problem, sentence).toMatch(/[а-яё]/i);
      expect(reading.advice, sentence).toMatch(/[а-яё]/i);
    }
    const { cameras } = LINE;
    const gloves = parseSentence('no gloves in packing', LINE);
    const models = { ...LINE, cameras: cameras.map((camera) => ({ ...camera, models: [] })) };
    const written = gloves.ok ? ruleOptionsOf(gloves.draft, 'rule-1', models, 'ru') : undefined;
    expect(written).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^ни одна модель камеры .* модели: нет$/),
    });
  });

  it('that is refused says what was understood', () => {
    const reading = parseSentence('no hairnet in packing for longer than 5 seconds on rainy days', LINE);
    expect(reading).toMatchObject({
      ok: false,
      understood: ['in packing', 'no hairnet', 'for longer than 5 seconds'],
      problem: 'not understood: on rainy days',
    });
  });

  it('needs no place where there is one camera', () => {
    const one = { ...LINE, cameras: LINE.cameras.slice(0, 1) };
    expect(parseSentence('no hairnet is a violation', one)).toMatchObject({ ok: true, draft: { camera: 'packing' } });
    expect(parseSentence('no hairnet is a violation', { cameras: [], shifts: [], signals: [] })).toMatchObject({
      ok: false,
    });
  });
});

/** A random rule that a sentence can say. */
function randomDraft(roll: (n: number) => number): RuleDraft {
  const pick = <T>(list: readonly T[]): T => list[roll(list.length)]!;
  const conditions: readonly Condition[] = [
    ...(['headwear', 'defect', 'alone', 'cleaning', 'stop'] as const).map((about) => ({ about })),
    { about: 'garment', garment: pick(GARMENTS) },
    { about: 'floor', matter: pick(['any', 'spill', 'litter'] as const) },
    { about: pick(['more', 'fewer'] as const), people: roll(40) },
    { about: 'operation', limit: pick(['longer', 'shorter'] as const) },
    { about: 'service', by: 'time' },
    { about: 'service', by: 'running', signal: pick(LINE.signals).id },
    { about: 'service', by: 'count', signal: pick(['Cycles', 'cycles-2']), count: 1 + roll(300_000) },
  ];
  const condition = pick(conditions);
  const camera = pick(LINE.cameras);
  const has = (): boolean => roll(2) === 0;
  const isService = condition.about === 'service';
  const needed = isService ? condition.by !== 'count' : ['alone', 'cleaning', 'operation'].includes(condition.about);
  const timed = needed || (condition.about !== 'defect' && !isService && has());
  const time = (): string => `${String(roll(24)).padStart(2, '0')}:${String(roll(60)).padStart(2, '0')}`;
  return {
    condition,
    camera: camera.id,
    ...(has() && !isService ? { zone: pick(camera.zones) } : {}),
    ...(has() ? { severity: pick(['info', 'warning', 'critical'] as const) } : {}),
    ...(timed ? { durationMs: (1 + roll(500)) * pick([1, 1000, 60_000, 3_600_000]) } : {}),
    ...(has() ? { hours: { from: time(), to: time() } } : {}),
    ...(has() ? { days: pick(['weekdays', 'weekend'] as const) } : {}),
    ...(has() ? { shift: pick(LINE.shifts) } : {}),
  };
}

describe('the service of a machine', () => {
  const said = (sentence: string) => {
    const reading = parseSentence(sentence, LINE);
    if (!reading.ok) throw new Error(reading.problem);
    const written = ruleOptionsOf(reading.draft, 'rule-1', LINE);
    return { en: describeRule(reading.draft, 'en'), ru: describeRule(reading.draft, 'ru'), written };
  };

  it('needs no model, is written with the limit and its signal, and is said back in both languages', () => {
    expect(said('the belt must be serviced every 100 hours of running')).toEqual({
      en: 'the machine must be serviced at camera belt every 100 hours of running by signal line-state, otherwise it is a violation',
      ru: 'обслуживать оборудование на камере belt раз в 100 часов работы по сигналу line-state, иначе — нарушение',
      written: {
        ok: true,
        options: {
          ...{ id: 'rule-1', type: 'maintenance', camera: 'belt' },
          ...{ maxRunning: '100h', stateSignal: 'line-state' },
        },
      },
    });
    expect(said('belt обслуживать раз в 21 день').ru).toBe(
      'обслуживать оборудование на камере belt раз в 21 день, иначе — нарушение',
    );
    expect(said('the belt must be serviced every 5000 cycles by signal Cycles').written).toMatchObject({
      options: { type: 'maintenance', maxCount: 5000, countSignal: 'Cycles' },
    });
    expect(said('the belt must be serviced every 30 days').written).toMatchObject({ options: { interval: '30d' } });
  });

  it('is refused where no signal, or more than one, can be meant, with the signals that are there', () => {
    const states = [...LINE.signals, { id: 'cutter', type: 'boolean' }] as const;
    const running = (signals: SentenceContext['signals']) =>
      parseSentence('the belt must be serviced every 100 hours of running', { ...LINE, signals });
    expect(running(states)).toMatchObject({
      ok: false,
      advice: expect.stringContaining('line-state, Cycles') as string,
    });
    expect(running([])).toMatchObject({ ok: false, advice: 'add a signal first: lineside setup --again plant' });
  });
});

describe('any rule', () => {
  it('is written as a sentence that is read as the same rule, in both languages', () => {
    const roll = dice(64);
    for (let n = 0; n < 1500; n += 1) {
      const draft = randomDraft(roll);
      for (const language of ['en', 'ru'] as const) {
        const sentence = describeRule(draft, language);
        expect(parseSentence(sentence, LINE), sentence).toEqual({ ok: true, language, draft });
      }
    }
  });

  it('with one word more, doubled, or negated is never read as another rule', () => {
    const roll = dice(65);
    const strange = ['not', 'sometimes', 'or', 'never', 'kitchen', 'не', 'кроме', '7', 'half'];
    for (let n = 0; n < 600; n += 1) {
      const words = describeRule(randomDraft(roll), roll(2) === 0 ? 'en' : 'ru').split(' ');
      const at = roll(words.length + 1);
      words.splice(at, 0, strange[roll(strange.length)]!);
      const sentence = words.join(' ');
      expect(parseSentence(sentence, LINE).ok, sentence).toBe(false);
    }
  });

  it('that a model of the camera can see becomes options that the configuration accepts', () => {
    const roll = dice(66);
    let accepted = 0;
    for (let n = 0; n < 60; n += 1) {
      const draft = randomDraft(roll);
      const written = ruleOptionsOf(draft, 'rule-1', LINE);
      if (!written.ok) {
        expect(written.problem).toMatch(/^no model of camera \S+ detects /);
        continue;
      }
      const { options } = written;
      const camera = ({ id, zones, models }: SentenceContext['cameras'][number]) => ({
        ...{ id, url: 'rtsp://h/1', models: models.map((model) => model.id) },
        zones: zones.map((zone) => ({
          id: zone,
          polygon: [
            [0, 0],
            [1, 0],
            [1, 1],
          ],
        })),
      });
      const list = LINE.shifts.map((name, i) => ({ name, start: `0${i}:00`, end: `0${i + 1}:00` }));
      const text = JSON.stringify({
        device: 'd',
        cameras: LINE.cameras.map(camera),
        rules: [options],
        shifts: { list },
        signals: LINE.signals.map((signal) => ({ ...signal, source: 'push:' })),
      });
      const { config } = checkConfig(text, { path: '/c.yaml', catalog: ['ppe', 'defect', 'sanitation'], env: {} });
      expect(config.rules[0]).toMatchObject({ id: 'rule-1', camera: draft.camera });
      accepted += 1;
    }
    expect(accepted).toBeGreaterThan(20);
  });
});
