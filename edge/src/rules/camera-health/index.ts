/**
 * What is wrong with a camera, as events: it is away, or it delivers and is dark, blurred, moved, too slow.
 */
import type { RuleDefinition } from '../rule-definition.ts';
import { OPTIONS } from './options.ts';
import { CameraHealthRule } from './rule.ts';
import { WORDS } from './words.ts';

export const cameraHealth: RuleDefinition<typeof OPTIONS> = {
  type: 'camera_health',
  kind: 'equipment',
  words: WORDS,
  options: OPTIONS,
  zoneOptions: [],
  labelNeeds: () => [],
  create: (options, place) => new CameraHealthRule(options, place),
};
