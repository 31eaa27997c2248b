/**
 * `sparkplug+mqtt:` and `sparkplug+mqtts:` make the device an edge node of Sparkplug B 3.0 at the plant's broker:
 * `sparkplug+mqtt://HOST:PORT`. The line and each camera are devices of it.
 */
import { brokerUrlProblem } from '../broker-address.ts';
import type { FeedProtocol } from '../feed-protocol.ts';

const PREFIX = 'sparkplug+';

export const sparkplug: FeedProtocol = {
  schemes: ['sparkplug+mqtt', 'sparkplug+mqtts'],
  problem: (url) => brokerUrlProblem(url, PREFIX),
  open: async (plan, tools) => {
    const { sparkplugFeed } = await import('./sparkplug-feed.ts');
    return sparkplugFeed(plan, tools);
  },
};
