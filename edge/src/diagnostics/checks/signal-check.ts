import { controlSocketPath, getControlJson } from '../../status/client/index.ts';
import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';
import { signalFacts } from './service-facts.ts';

/** The signals of the running service. */
export function signalCheck(dataDir: string): Check {
  return {
    name: 'signal',
    deadlineMs: 8_000,
    run: async () => {
      const { body } = await getControlJson(controlSocketPath(dataDir), '/api/v1/signals', 5_000);
      const signals = signalFacts(body);
      const troubles = signals.flatMap(({ id, state, reason = 'nothing was received yet' }) => {
        if (state === 'good') return [];
        return [found(state === 'bad' ? 'signal_bad' : 'signal_stale', `${state}: ${reason}`, { subject: id })];
      });
      return troubles.length > 0 ? troubles : [ok('signal', `${signals.length} signals are good`)];
    },
  };
}
