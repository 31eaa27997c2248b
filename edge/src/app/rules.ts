import type { CameraConfig, Config, RuleConfig } from '../config/index.ts';
import type { Zone } from '../domain/index.ts';
import type { Rule } from '../pipeline/index.ts';
import { createRule, type RuleSpec, type Timing, TIMING_DEFAULTS } from '../rules/index.ts';
import { periodMs } from './model-assignments.ts';

/** The rules of one camera, fresh. */
export function rulesOf(config: Config, camera: CameraConfig): readonly Rule[] {
  return config.rules.filter((rule) => rule.camera === camera.id).map((rule) => createRule(specOf(rule, camera)));
}

/** A configured rule in the rules room's words. */
export function specOf(rule: RuleConfig, camera: CameraConfig): RuleSpec {
  const { id, model, severity, labels } = rule;
  const zone: Zone | undefined = camera.zones.find((candidate) => candidate.id === rule.zone);
  const common = { id, model, severity, ...(zone === undefined ? {} : { zone }) };
  const patience = patienceFor(periodMs(camera, model));
  const timing = { minDurationMs: rule.minDuration.ms, ...patience };
  switch (rule.type) {
    case 'missing_headwear':
      return {
        ...common,
        type: 'missing_headwear',
        timing,
        ...(labels === undefined ? {} : { labels: { bareHead: labels } }),
      };
    case 'product_defect':
      // A defect counts by sightings of a passing product, not by time, unless the file asks for time.
      return {
        ...common,
        type: 'product_defect',
        timing: rule.minDuration.ms > 0 ? timing : patience,
        ...(labels === undefined ? {} : { labels: { defect: labels } }),
      };
    case 'dirt':
      return { ...common, type: 'dirt', timing, ...(labels === undefined ? {} : { labels: { dirt: labels } }) };
  }
}

/** Where results come seldom, the time between two of them is neither a gap nor a lost camera. */
function patienceFor(everyMs: number): Partial<Timing> {
  if (everyMs <= 800) return {};
  return { maxGapMs: 2.5 * everyMs, expireAfterMs: Math.max(TIMING_DEFAULTS.dirt.expireAfterMs, 4 * everyMs) };
}
