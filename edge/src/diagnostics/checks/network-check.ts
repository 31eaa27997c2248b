import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';

/** Addresses of this machine, by interface; those of the loopback are left out. */
export type Addresses = Readonly<Record<string, readonly string[]>>;

/** Whether this machine is on any network. */
export function networkCheck(addresses: () => Addresses): Check {
  return {
    name: 'network',
    deadlineMs: 5_000,
    run: async () => {
      const rows = Object.entries(addresses()).filter(([, list]) => list.length > 0);
      if (rows.length === 0) return [found('network_absent', 'this machine has no address but its own')];
      return [ok('network', rows.map(([name, list]) => `${name} ${list.join(' ')}`).join(', '))];
    },
  };
}
