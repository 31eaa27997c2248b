import type { Command } from 'commander';
import type { Registry } from '../context.ts';
import { actVerb } from '../rollout-desk.ts';

/** `lineside-collector rollout pause` */
export function configure(command: Command, registry: Registry): void {
  actVerb(command, registry, 'pause', {
    about:
      'No further group begins until it is resumed; lines that have the release named go on, and the thresholds still hold.',
    done: 'is paused',
  });
}
