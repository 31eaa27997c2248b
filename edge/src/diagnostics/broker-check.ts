import { type BrokerProbe, probeBroker } from '@lineside/uplink';
import { brokerAccess, type LoadedConfig, missingSecrets, type UplinkConfig } from '../config/index.ts';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

const ANSWER_MS = 5_000;

/** The broker with the credentials and certificates of the configuration, and the collector's presence at it. */
export function brokerCheck(uplink: UplinkConfig, loaded: LoadedConfig, random: () => number): Check {
  return {
    name: 'broker',
    deadlineMs: 3 * ANSWER_MS,
    run: async () => {
      if (missingSecrets(loaded).some(({ subject }) => subject.startsWith('uplink '))) return [unknownYet()];
      const probe = await probeBroker({
        ...brokerAccess(loaded, uplink),
        // The device's own name with a suffix: a broker that allows only known names shows which device asks.
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

const KEPT = 'events are kept on the device and forwarded later';

function findingsOf(probe: BrokerProbe, shown: string): readonly CheckFinding[] {
  if (probe.broker === 'failed') return [trouble('failure', { ...probe.problem, meaning: KEPT })];
  const broker =
    probe.limit === undefined
      ? ok('broker', `${shown} answers`)
      : trouble('warning', { ...probe.limit, meaning: 'records that are larger are kept on the device' });
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
