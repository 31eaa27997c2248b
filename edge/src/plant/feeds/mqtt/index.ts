/**
 * `mqtt:` and `mqtts:` publish the line's state at the plant's broker as JSON: `mqtt://HOST:PORT`, for Node-RED, SCADA
 * and Home Assistant. Commands are followed only where the configuration allows them.
 */
import { brokerUrlProblem } from '../broker-address.ts';
import type { FeedProtocol } from '../feed-protocol.ts';

export const mqtt: FeedProtocol = {
  schemes: ['mqtt', 'mqtts'],
  problem: (url) => brokerUrlProblem(url),
  open: async (plan, tools) => {
    const { mqttFeed } = await import('./mqtt-feed.ts');
    return mqttFeed(plan, tools);
  },
};
