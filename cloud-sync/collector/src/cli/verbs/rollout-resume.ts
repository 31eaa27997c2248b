import type { Command } from 'commander';
import type { Registry } from '../context.ts';
import { actVerb } from '../rollout-desk.ts';

/** `lineside-collector rollout resume` */
export function configure(command: Command, registry: Registry): void {
  actVerb(command, registry, 'resume', {
    about: 'Goes on with a rollout that was paused.',
    done: 'goes on',
  });
}
