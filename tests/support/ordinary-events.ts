import { hash, randomBytes } from 'node:crypto';
import type { EventBody, MediaBody, TelemetryBody } from '@lineside/protocol';
import { V7Generator } from 'uuidv7';
import type { Entry } from '../../edge/src/journal/index.ts';
import { dice } from './dice.ts';

const RULES = [
  {
    camera: 'people',
    rule: 'headwear',
    ruleType: 'missing_headwear',
    kind: 'personnel_violation',
    label: 'bare_head',
    model: 'ppe',
    zone: 'packing',
  },
  {
    camera: 'product',
    rule: 'defects',
    ruleType: 'product_defect',
    kind: 'quality_issue',
    label: 'defect',
    model: 'defect',
    zone: 'belt',
  },
  {
    camera: 'floor',
    rule: 'dirty-floor',
    ruleType: 'spill',
    kind: 'sanitation',
    label: 'spill',
    model: 'sanitation',
    zone: 'aisle',
  },
] as const;

/**
 * What a line writes on an ordinary day: events that open with a snapshot, are updated now and then and close, over
 * three cameras. Text lengths, numbers and randomness are those of the real rules.
 */
export function* ordinaryEvents(seed: number): Generator<readonly Entry[], never> {
  const roll = dice(seed);
  const ids = new V7Generator({ nextUint32: () => randomBytes(4).readUInt32BE() });
  const models = new Map(RULES.map(({ model }) => [model, hash('sha256', model)]));
  let index = 0;
  for (;;) {
    const { model, ...words } = RULES[roll(RULES.length)] ?? RULES[0];
    const event = ids.generate().toString();
    const x = 200 + roll(1200);
    const y = 100 + roll(600);
    const [w, h] = [60 + roll(120), 120 + roll(240)];
    const phases = ['opened', ...Array.from({ length: roll(3) }, () => 'updated' as const), 'closed'] as const;
    let durationMs = 5_000 + roll(400);
    for (const phase of phases) {
      index += 5 + roll(40);
      const jitter = (): number => Math.round((roll(40) - 20) * 10) / 10;
      const box: EventBody['box'] = [x + jitter() / 7, y + jitter() / 7, x + w + jitter() / 7, y + h + jitter() / 7];
      const body: EventBody = {
        event,
        ...words,
        phase,
        severity: 'warning',
        durationMs,
        score: Math.round(6_000 + roll(3_900)) / 1e4,
        box: [tenth(box[0]), tenth(box[1]), tenth(box[2]), tenth(box[3])],
        frame: { width: 1920, height: 1080, index },
        model: { id: model, sha256: models.get(model) ?? '', degraded: false },
        ...(phase === 'closed' ? { reason: 'cleared' as const } : {}),
      };
      durationMs += 1_000 + roll(8_000);
      if (phase !== 'opened') yield [{ stream: 'events', kind: 'event', body }];
      else yield withPicture(body, event);
    }
  }
}

/** Counters of one camera and model, once a minute. */
export function telemetryBody(n: number): TelemetryBody {
  return {
    camera: 'people',
    model: 'ppe',
    counters: { offered: n * 300, inspected: n * 298, skipped: { busy: n * 2 }, failed: {} },
    latencyMs: { p50: 21.5, p95: 34.1, p99: 48.7 },
    state: 'live',
  };
}

function withPicture(body: EventBody, event: string): readonly Entry[] {
  const sha256 = randomBytes(32).toString('hex');
  const media: MediaBody = { sha256, bytes: 181_233, mime: 'image/jpeg', width: 1920, height: 1080, event };
  return [
    { stream: 'events', kind: 'event', body: { ...body, snapshot: sha256 } },
    { stream: 'media', kind: 'snapshot', body: media },
  ];
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
