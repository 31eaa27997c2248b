import type { Command } from 'commander';
import type { Registry } from '../context.ts';
import { actVerb } from '../rollout-desk.ts';

/** `lineside-collector rollout approve` */
export function configure(command: Command, registry: Registry): void {
  actVerb(command, registry, 'approve', {
    about:
      'Approves the start, or the next group, as another person than the one who began the rollout; both are known by the tokens of their accounts.',
    done: 'is approved',
  });
}
