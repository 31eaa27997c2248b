import { isIP } from 'node:net';
import { messageOf, systemCode } from '@lineside/kit';
import type { LoadedConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';
import { endOfUrl } from './url-end.ts';

/** Resolves a host name to addresses. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** Every host name that the configuration contains; addresses need no name server. */
export function dnsCheck(loaded: LoadedConfig, lookup: Lookup): Check {
  return {
    name: 'dns',
    deadlineMs: 15_000,
    run: async () => {
      const hosts = hostsOf(loaded);
      if (hosts.length === 0) return [ok('dns', 'the configuration names no hosts, only addresses')];
      const findings = await Promise.all(hosts.map((host) => resolved(host, lookup)));
      return findings;
    },
  };
}

function hostsOf({ config, secrets }: LoadedConfig): readonly string[] {
  const { cameras, plant, signals, uplink, updates } = config;
  const texts = [...cameras, ...plant].map(({ url }) => url).concat(signals.map(({ source }) => source));
  const all = [...texts, ...(uplink === undefined ? [] : [uplink.broker])];
  const urls = all.flatMap((text) => (secrets.missing(text).length > 0 ? [] : [secrets.text(text)]));
  const hosts = [...urls, updates?.repository ?? ''].flatMap((url) => endOfUrl(url)?.host ?? []);
  return [...new Set(hosts.filter((host) => isIP(host) === 0 && host !== 'localhost'))].sort();
}

async function resolved(host: string, lookup: Lookup): Promise<CheckFinding> {
  try {
    const addresses = await lookup(host);
    return ok('dns', addresses.join(' '), host);
  } catch (error) {
    const code = systemCode(error);
    // EAI_AGAIN: no name server answers; anything else is about this name.
    const which = code === 'EAI_AGAIN' || code === 'ETIMEOUT' ? 'dns_no_server' : 'dns_unknown';
    return found(which, `${host}: ${messageOf(error)}`, { subject: host });
  }
}
