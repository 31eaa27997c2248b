/**
 * `mqtt:` and `mqtts:` one topic of the plant's broker: `mqtt://HOST/TOPIC`, with `#FIELD` a field of a JSON payload. The
 * newest message, retained or not, is the value. Only topics that the configuration names are subscribed to, and nothing is
 * ever published.
 */
import type { SignalProtocol } from '../../signal-source.ts';
import { mqttAddress, mqttUrlProblem } from './mqtt-address.ts';

export const mqtt: SignalProtocol = {
  schemes: ['mqtt', 'mqtts'],
  problem: mqttUrlProblem,
  connectionOf: (url) => mqttAddress(url).connection,
  // A retained message is a state, which holds until there is another one or the connection is lost.
  staleAfterMs: undefined,
  open: async (points, tools) => {
    const { MqttSource } = await import('./mqtt-source.ts');
    return new MqttSource(
      points.map(({ id, url }) => ({ id, ...mqttAddress(url) })),
      tools,
    );
  },
};
