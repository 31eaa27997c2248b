import type { Box, FrameRef, RuleOutput, Track } from '../../edge/src/domain/index.ts';
import type { OtherTracks, Rule } from '../../edge/src/pipeline/index.ts';
import { createRule, definitionOf, RuleOptions, type RulePlace } from '../../edge/src/rules/index.ts';

export const STEP_MS = 200;
export const SIZE = { width: 640, height: 360 };

/**
 * A rule out of its options as they are written in the configuration file; results come every STEP_MS. It throws where it
 * reports a detail that has no words, so that each test of a rule is also a test of its words.
 */
export function ruleOf(options: Readonly<Record<string, unknown>>, place: Partial<RulePlace> = {}): Rule {
  const rule = createRule(RuleOptions.parse({ camera: 'hall', ...options }), { resultEveryMs: STEP_MS, ...place });
  const { step, tick, signal, camera, expire, close, tallies, readings, reading, packChecks, chosenProduct } = rule;
  return {
    ...rule,
    id: rule.id,
    ...(rule.model === undefined ? {} : { model: rule.model }),
    step: (input) => inWords(step.call(rule, input)),
    ...(tick === undefined ? {} : { tick: (at) => inWords(tick.call(rule, at)) }),
    ...(signal === undefined ? {} : { signal: (...said) => inWords(signal.call(rule, ...said)) }),
    ...(camera === undefined ? {} : { camera: (...seen) => inWords(camera.call(rule, ...seen)) }),
    ...(tallies === undefined ? {} : { tallies: () => tallies.call(rule) }),
    ...(readings === undefined ? {} : { readings: () => readings.call(rule) }),
    ...(reading === undefined ? {} : { reading: (answer) => inWords(reading.call(rule, answer)) }),
    ...(packChecks === undefined ? {} : { packChecks: () => packChecks.call(rule) }),
    ...(chosenProduct === undefined ? {} : { chosenProduct: () => chosenProduct.call(rule) }),
    expire: (atMs) => inWords(expire.call(rule, atMs)),
    close: (atMs, reason) => inWords(close.call(rule, atMs, reason)),
  };
}

function inWords(outputs: readonly RuleOutput[]): readonly RuleOutput[] {
  for (const { ruleType, details = {} } of outputs) {
    const words = definitionOf(ruleType)?.words.details ?? {};
    const missing = Object.keys(details).filter((name) => !Object.hasOwn(words, name));
    if (missing.length > 0) throw new Error(`${ruleType}: no words for the details ${missing.join(', ')}`);
  }
  return outputs;
}

export function frameAt(atMs: number): FrameRef {
  return { camera: 'hall', index: Math.round(atMs / STEP_MS), atMs, ...SIZE };
}

/** A track as a tracker would tell it; well known and detected unless outputs otherwise. */
export function track(id: number, label: string, box: Box, more: Partial<Track> = {}): Track {
  return { id, label, box, score: 0.8, hits: 9, missed: 0, firstSeenMs: 0, lastSeenMs: 0, confirmed: true, ...more };
}

/**
 * Runs a rule over the time given, one frame per STEP_MS; `scene` undefined is a frame without a result, `others` what
 * other models of the camera see.
 */
export function play(
  rule: Rule,
  fromMs: number,
  toMs: number,
  scene: (atMs: number) => readonly Track[] | undefined,
  others: (atMs: number) => readonly OtherTracks[] = () => [],
): RuleOutput[] {
  const outputs: RuleOutput[] = [];
  for (let atMs = fromMs; atMs <= toMs; atMs += STEP_MS) {
    const tracks = scene(atMs)?.map((one) => ({ ...one, lastSeenMs: one.missed === 0 ? atMs : one.lastSeenMs }));
    outputs.push(
      ...rule.step({ frame: frameAt(atMs), tracks, others: others(atMs) }).map((output) => ({ ...output, atMs })),
    );
  }
  return outputs;
}

/** `opened@5000` and the like. */
export function story(outputs: readonly RuleOutput[]): string[] {
  return outputs.map((output) => {
    const at = 'atMs' in output ? `@${String(output.atMs)}` : '';
    return `${output.phase}${output.reason === undefined ? '' : `(${output.reason})`}${at} #${output.key}`;
  });
}
