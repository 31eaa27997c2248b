/**
 * `sparkplug+mqtt:` and `sparkplug+mqtts:` one metric of an edge node of Sparkplug B: `sparkplug+mqtt://HOST/GROUP/NODE#METRIC`,
 * with `/DEVICE` after the node for a metric of a device. Nothing is published but the request to be born again.
 */
import type { SignalProtocol } from '../../signal-source.ts';
import { sparkplugAddress, sparkplugUrlProblem } from './sparkplug-address.ts';

export const sparkplug: SignalProtocol = {
  schemes: ['sparkplug+mqtt', 'sparkplug+mqtts'],
  problem: sparkplugUrlProblem,
  connectionOf: (url) => sparkplugAddress(url).connection,
  // Values are sent when they change; the death of the node takes them back.
  staleAfterMs: undefined,
  open: async (points, tools) => {
    const { SparkplugSource } = await import('./sparkplug-source.ts');
    return new SparkplugSource(
      points.map(({ id, url }) => ({ id, ...sparkplugAddress(url) })),
      tools,
    );
  },
};
