import { type BrokerProbe, probeBroker } from '@lineside/uplink';
import { brokerAccess, type LoadedConfig, missingSecrets, type UplinkConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok, skipped } from '../finding.ts';

const ANSWER_MS = 5_000;
const SLOW_MS = 1_500;
const SOON_MS = 30 * 86_400_000;

export interface BrokerTools {
  /** 0 to 1. */
  readonly random: () => number;
  /** Wall ms. */
  readonly nowMs: number;
}

/** The broker with the credentials and certificates of the configuration, and the collector's presence at it. */
export function brokerCheck(uplink: UplinkConfig, loaded: LoadedConfig, { random, nowMs }: BrokerTools): Check {
  return {
    name: 'broker',
    deadlineMs: 3 * ANSWER_MS,
    run: async () => {
      if (missingSecrets(loaded).some(({ subject }) => subject.startsWith('uplink '))) {
        return [skipped('broker', 'its credentials are missing')];
      }
      const probe = await probeBroker({
        ...brokerAccess(loaded, uplink),
        // The device's own name with a suffix: a broker that allows only known names shows which device asks.
        clientId: `${loaded.config.device}-doctor-${Math.floor(random() * 1e9).toString(36)}`,
        timeoutMs: ANSWER_MS,
      });
      return brokerFindings(probe, uplink.broker.shown, nowMs);
    },
  };
}

/** What a probe of the broker found. `nowMs`: wall time. */
export function brokerFindings(probe: BrokerProbe, shown: string, nowMs: number): readonly CheckFinding[] {
  if (probe.broker === 'failed') {
    return [derived('broker', probe.problem), skipped('collector', `needs the broker: ${probe.problem.code}`)];
  }
  const { tookMs, limit, certificateExpiresAtMs: expiresAtMs } = probe;
  const time = `${shown} answers in ${Math.round(tookMs)} ms`;
  const findings: CheckFinding[] = [];
  if (limit !== undefined) {
    const meaning = 'records that are larger are kept on the device';
    findings.push(derived('broker', limit, { verdict: 'warning', meaning }));
  }
  if (tookMs > SLOW_MS) findings.push(found('broker_slow', time));
  if (expiresAtMs !== undefined && expiresAtMs - nowMs < SOON_MS) {
    const day = new Date(expiresAtMs).toISOString().slice(0, 10);
    const text = `the certificate of the broker expires on ${day}`;
    findings.push(found('broker_certificate_expires', text, { args: { day } }));
  }
  if (findings.length === 0) findings.push(ok('broker', time, undefined, { broker: shown, ms: Math.round(tookMs) }));
  return [...findings, collectorFinding(probe.collector)];
}

function collectorFinding(presence: 'online' | 'offline' | 'absent' | 'hidden'): CheckFinding {
  switch (presence) {
    case 'online':
      return ok('collector', 'the collector is there');
    case 'offline':
      return found('collector_offline', 'the collector is down');
    case 'absent':
      return found('collector_absent', 'no collector was ever seen at this broker');
    case 'hidden':
      return found('collector_hidden', 'this user may not read whether the collector is there');
  }
}
