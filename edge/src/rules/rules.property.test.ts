import { describe, expect, it } from 'vitest';
import type { RuleOutput, Track } from '../domain/index.ts';
import { frameAt, ruleOf, SIZE, track } from '../../../tests/support/crafted-tracks.ts';
import { RULES } from './index.ts';

/** Every label that a rule of this type reads by default. */
function labelsOf({ options, labelNeeds }: (typeof RULES)[number], type: string): readonly string[] {
  return labelNeeds(options.parse({ id: 'r', type, camera: 'c' })).flatMap(({ labels }) => labels);
}

const ROUNDS = 40;

function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Fraction of the picture in which the objects of a rule are, where it opens events only for objects that touch. */
const SPREAD: Readonly<Record<string, number>> = { ppe: 0.2 };

/** Options with which a rule opens many events: for each person, or at a limit that is often passed. */
const OPTIONS: Readonly<Record<string, object>> = {
  occupancy: { max: 4, min: 3, aloneAfter: '1s' },
  operation_time: { per: 'object', min: '2s', max: '4s', noneWithin: '1s' },
};

/** Tracks that live a while at a place of their own and flicker. */
function randomScene(
  random: () => number,
  labels: readonly string[],
  places: number,
  spread: number,
): (atMs: number) => Track[] {
  const slots = Array.from({ length: places }, () => ({ id: 0, untilMs: 0, bornMs: 0, x: 0, y: 0, label: '' }));
  let nextId = 1;
  return (atMs) =>
    slots.flatMap((slot) => {
      if (atMs >= slot.untilMs) {
        slot.label = labels[Math.floor(random() * labels.length)]!;
        Object.assign(slot, {
          id: nextId,
          bornMs: atMs,
          untilMs: atMs + random() * 8000,
          x: spread * random() * 500,
          y: spread * random() * 200,
        });
        nextId += 1;
      }
      if (random() < 0.1) return [];
      const tall = slot.label === 'person' || slot.label === 'product';
      const missed = random() < 0.2 ? 1 : 0;
      const [width, height] = tall ? [80, 150] : [30, 30];
      return [
        track(slot.id, slot.label, [slot.x, slot.y, slot.x + width, slot.y + height], {
          score: random(),
          missed,
          confirmed: random() < 0.8,
          firstSeenMs: slot.bornMs,
          lastSeenMs: atMs - missed * 200,
        }),
      ];
    });
}

/** Random scenes do not lead to events of the others; they have properties of their own. */
const JUDGED = RULES.filter(
  ({ type }) => !['code_check', 'count', 'rate', 'downtime', 'weight', 'camera_health', 'maintenance'].includes(type),
);

describe.each(JUDGED)('a rule of type $type, whatever it sees', (definition) => {
  const { type } = definition;

  it('opens, updates and closes each event in order, never twice, and reports no more time than has passed', () => {
    let opened = 0;
    const broken: object[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const random = randomFrom(1 + round);
      const upTo = (ms: number): string => `${Math.floor(random() * ms)}ms`;
      const minDuration = type === 'product_defect' ? '0s' : upTo(2000);
      const rule = ruleOf({
        ...OPTIONS[type],
        type,
        id: 'r',
        minDuration,
        clearAfter: upTo(2000),
        updateInterval: '1500ms',
        coolDown: upTo(1000),
      });
      const scene = randomScene(random, labelsOf(definition, type), 8, SPREAD[type] ?? 1);
      const phases = new Map<string, { phase: RuleOutput['phase']; durationMs: number }>();
      let startMs: number | undefined;
      const check = (outputs: readonly RuleOutput[], atMs: number): void => {
        for (const output of outputs) {
          const before = phases.get(output.key);
          const inOrder = (before === undefined) === (output.phase === 'opened') && before?.phase !== 'closed';
          const explained = (output.reason !== undefined) === (output.phase === 'closed');
          const honest =
            output.durationMs >= (before?.durationMs ?? 0) && output.durationMs <= atMs - (startMs ?? atMs);
          const drawn = output.box?.every((side, k) => side >= 0 && side <= (k % 2 === 0 ? SIZE.width : SIZE.height));
          if (!inOrder || !explained || !honest || drawn !== true) broken.push({ round, atMs, before, output });
          phases.set(output.key, output);
          opened += output.phase === 'opened' ? 1 : 0;
        }
      };
      let atMs = 0;
      for (let step = 0; step < 300; step += 1) {
        atMs += random() < 0.01 ? random() * 15_000 : 50 + random() * 300;
        startMs ??= atMs;
        const tracks = random() < 0.1 ? undefined : scene(atMs);
        check(rule.step({ frame: frameAt(atMs), tracks }), atMs);
        if (random() < 0.01) check(rule.expire(atMs + random() * 20_000), atMs + 20_000);
      }
      check(rule.close(atMs, 'restart'), atMs);
      expect([...phases.values()].every(({ phase }) => phase === 'closed')).toBe(true);
    }
    expect(broken).toEqual([]);
    // A rule whose subject is the zone can have one event in a round.
    expect(opened).toBeGreaterThanOrEqual(['cleaning', 'occupancy'].includes(type) ? ROUNDS : 1.25 * ROUNDS);
  });
});
