import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock, writeFileAtomic } from '@lineside/kit';
import { openAuthority } from '../broker/index.ts';
import type { CollectorConfig } from '../config/index.ts';
import { UsageError } from '../errors/index.ts';

/** Throws UsageError where this collector has no certificate authority. */
export function assertHasAuthority({ broker, mqtt }: CollectorConfig): void {
  if (broker === 'managed' && mqtt.tls === 'self') return;
  throw new UsageError({
    code: 'authority_missing',
    message: 'there is no certificate authority here that can sign a certificate',
    advice: 'set mqtt.tls: self; with an authority of your own, sign one whose common name is the device id',
  });
}

/** Writes device.crt, device.key and ca.crt into `folder`; an earlier certificate of the device is revoked. */
export async function writeCertificate(config: CollectorConfig, device: string, folder: string): Promise<void> {
  const authority = await openAuthority(brokerFolder(config));
  const { cert, key } = await authority.device(device, systemClock.wallMs());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(folder, 'device.key'), key, { mode: 0o600 });
  await writeFileAtomic(join(folder, 'device.crt'), cert, { mode: 0o644 });
  await writeFileAtomic(join(folder, 'ca.crt'), authority.ca, { mode: 0o644 });
}

/** A new password, or none, ends the certificate as well. */
export async function revokeCertificate(config: CollectorConfig, device: string): Promise<void> {
  if (config.broker !== 'managed' || config.mqtt.tls !== 'self') return;
  await (await openAuthority(brokerFolder(config))).revoke(device, systemClock.wallMs());
}

function brokerFolder({ data }: CollectorConfig): string {
  return join(data, 'broker');
}
