import { type KnownCertificate, listCertificates } from '../../plant/points/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

const DAY_MS = 86_400_000;
const SOON_MS = 30 * DAY_MS;

/** Certificates of OPC UA in the data folder: of this device, and those that it trusts. `nowMs`: wall time. */
export function opcuaCheck(dataDir: string, nowMs: number): Check {
  return {
    name: 'opcua',
    deadlineMs: 5_000,
    run: async () => {
      const used = (await listCertificates(dataDir)).filter(({ state }) => state !== 'rejected');
      const troubles = used.flatMap((one) => validity(one, nowMs));
      return troubles.length > 0 ? troubles : [ok('opcua', `certificates in force: ${used.length}`)];
    },
  };
}

function validity({ role, state, subject, validToMs, path }: KnownCertificate, nowMs: number): readonly CheckFinding[] {
  const day = new Date(validToMs).toISOString().slice(0, 10);
  const whose = state === 'own' ? `of this device as a ${role}` : `${subject} (${path})`;
  const place = { subject: whose };
  if (nowMs > validToMs) return [found('opcua_certificate_expired', `expired on ${day}`, place)];
  const days = Math.floor((validToMs - nowMs) / DAY_MS);
  return validToMs - nowMs < SOON_MS
    ? [found('opcua_certificate_expires', `expires on ${day}, in ${days} days`, place)]
    : [];
}
