import { type BrokerProbe, probeBroker } from '@lineside/uplink';
import type { LoadedConfig, UplinkConfig } from '../config/index.ts';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

const ANSWER_MS = 5_000;

/** The broker with the credentials of the configuration, and the collector's presence at it. */
export function brokerCheck(uplink: UplinkConfig, loaded: LoadedConfig, random: () => number): Check {
  return {
    name: 'broker',
    deadlineMs: 3 * ANSWER_MS,
    run: async () => {
      const { secrets } = loaded;
      const secret = [uplink.broker, uplink.username, uplink.password].filter((text) => text !== undefined);
      if (secret.some((text) => secrets.missing(text).length > 0)) return [unknownYet()];
      const probe = await probeBroker({
        url: secrets.text(uplink.broker),
        ...(uplink.username === undefined ? {} : { username: secrets.text(uplink.username) }),
        ...(uplink.password === undefined ? {} : { password: secrets.text(uplink.password) }),
        // The device's own name with an ending: a broker that allows only known names sees which box asks.
        clientId: `${loaded.config.device}-doctor-${Math.floor(random() * 1e9).toString(36)}`,
        timeoutMs: ANSWER_MS,
      });
      return findingsOf(probe, uplink.broker.shown);
    },
  };
}

function unknownYet(): CheckFinding {
  return trouble('skipped', {
    code: 'broker_skipped',
    message: 'its credentials are missing',
    meaning: 'whether events can be forwarded is not known',
    advice: 'clear the failure above first',
  });
}

const KEPT = 'events are kept on the box and forwarded later';

function findingsOf(probe: BrokerProbe, shown: string): readonly CheckFinding[] {
  if (probe.broker !== 'answers') {
    const advice = {
      unreachable: 'check address, port, cable and firewall towards the broker',
      refused: 'correct uplink.username and uplink.password, or add this device at the collector',
      silent: 'something accepts the connection and does not speak MQTT 5: check the port and proxies in between',
    }[probe.broker];
    const code = `broker_${probe.broker}`;
    return [trouble('failure', { code, message: `${shown}: ${probe.detail}`, meaning: KEPT, advice })];
  }
  const broker = ok('broker', `${shown} answers`);
  switch (probe.collector) {
    case 'online':
      return [broker, ok('collector', 'the collector is there')];
    case 'offline':
    case 'absent': {
      const message =
        probe.collector === 'offline' ? 'the collector is down' : 'no collector was ever seen at this broker';
      const advice = 'start the collector, or check that it uses the same broker';
      return [
        broker,
        trouble('warning', {
          code: `collector_${probe.collector}`,
          check: 'collector',
          message,
          meaning: KEPT,
          advice,
        }),
      ];
    }
    case 'hidden': {
      const message = 'this user may not read whether the collector is there';
      const advice = 'let the device read lineside/v1/collector/state in the ACL of the broker';
      return [
        broker,
        trouble('failure', { code: 'collector_hidden', check: 'collector', message, meaning: KEPT, advice }),
      ];
    }
  }
}
