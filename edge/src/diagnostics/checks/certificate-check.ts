import { createPrivateKey, X509Certificate } from 'node:crypto';
import { messageOf } from '@lineside/kit';
import type { LoadedConfig } from '../../config/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

const SOON_MS = 30 * 86_400_000;
const BLOCK = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** The certificates that the uplink uses, read as the service reads them. `nowMs`: wall time. */
export function certificateCheck({ config, secrets }: LoadedConfig, nowMs: number): Check {
  return {
    name: 'certificate',
    deadlineMs: 5_000,
    run: async () => {
      const { ca, cert, key } = config.uplink ?? {};
      const named = [['uplink.ca', ca] as const, ['uplink.cert', cert] as const];
      const findings = named.flatMap(([subject, path]) => {
        if (path === undefined || secrets.missingFile(path).length > 0) return [];
        return certificatesOf(secrets.file(path), subject, nowMs);
      });
      const pair =
        cert !== undefined && key !== undefined && [cert, key].every((path) => secrets.missingFile(path).length === 0);
      const fits = pair ? keyFindings(secrets.file(cert), secrets.file(key)) : [];
      const all = [...findings, ...fits];
      return all.length > 0 ? all : [ok('certificate', 'the uplink uses none')];
    },
  };
}

function certificatesOf(pem: string, subject: string, nowMs: number): readonly CheckFinding[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) return [found('certificate_unreadable', 'there is no certificate in the file', { subject })];
  try {
    return blocks.map((block) => validity(new X509Certificate(block), subject, nowMs));
  } catch (error) {
    return [found('certificate_unreadable', messageOf(error), { subject })];
  }
}

function validity({ validFromDate, validToDate }: X509Certificate, subject: string, nowMs: number): CheckFinding {
  const [from, to] = [validFromDate.getTime(), validToDate.getTime()];
  const day = validToDate.toISOString().slice(0, 10);
  const place = { subject };
  if (nowMs < from) return found('certificate_not_yet_valid', `valid from ${validFromDate.toISOString()}`, place);
  if (nowMs > to) return found('certificate_expired', `expired on ${day}`, place);
  const days = Math.floor((to - nowMs) / 86_400_000);
  return to - nowMs < SOON_MS
    ? found('certificate_expires', `expires on ${day}, in ${days} days`, place)
    : ok('certificate', `in force until ${day}`, subject);
}

function keyFindings(certPem: string, keyPem: string): readonly CheckFinding[] {
  try {
    if (new X509Certificate(certPem).checkPrivateKey(createPrivateKey(keyPem))) return [];
    return [found('certificate_key', 'the private key belongs to another certificate', { subject: 'uplink.key' })];
  } catch (error) {
    return [found('certificate_unreadable', messageOf(error), { subject: 'uplink.key' })];
  }
}
