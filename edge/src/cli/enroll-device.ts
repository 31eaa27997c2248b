import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { parseListen } from '../config/index.ts';
import { assertClaim, type DeviceSecrets, enrol, makeDeviceSecrets } from '../enrolment/index.ts';
import { UsageError } from './errors.ts';
import { writeSecret } from './secret-file.ts';

export interface Enrolling {
  /** Of the configuration; what is written lies in `secrets/` beside it. */
  readonly configPath: string;
  readonly device: string;
  /** HOST:PORT, as the collector printed it. */
  readonly collector: string;
  readonly claim: string;
  readonly signal: AbortSignal;
}

export interface Enrolled {
  /** Section `uplink` of the configuration. */
  readonly uplink: Readonly<Record<string, string>>;
  readonly broker: string;
  /** Whether the broker knows this device by a certificate, and not by a password. */
  readonly byCertificate: boolean;
  readonly line: string | undefined;
}

/**
 * Enrols this device and writes key, certificate and password beside the configuration. Key and password are on the disk
 * before anything is sent, so that after a lost answer the same device can ask again with the same claim. An earlier
 * enrolment stays in force until this one succeeded. Throws EnrolmentError.
 */
export async function enrollDevice(asked: Enrolling): Promise<Enrolled> {
  const { configPath, device, claim, signal } = asked;
  const collector = parseListen(asked.collector.replace(/^https:\/\//, '').replace(/\/$/, ''));
  if (collector === undefined) {
    throw new UsageError(`${asked.collector} is not HOST:PORT`, '--collector collector.plant:8981');
  }
  assertClaim(claim);
  const folder = join(dirname(configPath), 'secrets');
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const secrets = await pendingSecrets(folder, device);
  const answer = await enrol({ device, collector, claim, secrets, signal });
  const { certificate, ca, broker } = answer;
  if (certificate !== undefined) {
    await writeSecret(join(folder, 'uplink.crt'), certificate.trim());
    await writeSecret(join(folder, 'uplink.key'), secrets.key.trim());
  }
  if (ca !== undefined) await writeSecret(join(folder, 'uplink-ca.crt'), ca.trim());
  await writeSecret(join(folder, 'uplink-password'), secrets.password);
  await rm(pendingFile(folder), { force: true });
  const uplink = {
    ...{ broker, username: device, password: '${file:./secrets/uplink-password}' },
    ...(ca === undefined ? {} : { ca: './secrets/uplink-ca.crt' }),
    ...(certificate === undefined ? {} : { cert: './secrets/uplink.crt', key: './secrets/uplink.key' }),
  };
  return { uplink, broker, byCertificate: certificate !== undefined, line: answer.line };
}

function pendingFile(folder: string): string {
  return join(folder, 'enrolling.json');
}

/** Those of an attempt whose answer did not come, or new ones, on the disk. */
async function pendingSecrets(folder: string, device: string): Promise<DeviceSecrets> {
  const path = pendingFile(folder);
  const known = readPending(await textOf(path), device);
  if (known !== undefined) return known;
  const made = await makeDeviceSecrets();
  await writeSecret(path, JSON.stringify({ device, ...made }));
  return made;
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return '';
    throw error;
  }
}

function readPending(text: string, device: string): DeviceSecrets | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // A file that was cut off: nothing was sent yet.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null || !('device' in value) || value.device !== device) return undefined;
  if (!('key' in value) || !('password' in value)) return undefined;
  const { key, password } = value;
  return typeof key === 'string' && typeof password === 'string' ? { key, password } : undefined;
}
