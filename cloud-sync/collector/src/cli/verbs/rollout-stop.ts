import type { Command } from 'commander';
import type { Registry } from '../context.ts';
import { actVerb } from '../rollout-desk.ts';

/** `lineside-collector rollout stop` */
export function configure(command: Command, registry: Registry): void {
  actVerb(command, registry, 'stop', {
    about:
      'Ends a rollout: lines that are not through get their document from before, those that are keep the release.',
    done: 'is stopped',
  });
}
