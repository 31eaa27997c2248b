import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { systemClock, writeFileAtomic } from '@lineside/kit';
import { isDeviceId } from '@lineside/protocol';
import { hashPassword, makePassword, openAuthority } from '../broker/index.ts';
import { DataLock, readRuntimeInfo } from '../runtime/index.ts';
import { UsageError } from '../errors/index.ts';
import type { CollectorConfig } from '../config/index.ts';
import { openStore, type CollectorStore } from '../store/index.ts';
import { EXIT, say, sayJson, table, when } from './io.ts';
import { configOf, existingStore, withStore } from './options.ts';

const IN_FORCE_WITHIN_MS = 5000;

export function addDevice(program: Command, exit: (code: number) => void): void {
  const device = program.command('device').description('Credentials of appliances.');
  addAdd(device, exit);
  device
    .command('list')
    .description('Lists devices that have a credential or were heard. --json: one line {devices: [...]}.')
    .action(async (_options: unknown, command: Command) => {
      const { json, config } = configOf(command);
      await withStore(existingStore(config), async (store) => list(store, json));
      exit(EXIT.ok);
    });
  device
    .command('remove')
    .argument('<id>', 'device id')
    .description('Takes a credential away; a running collector ends its sessions at the broker. What it sent stays.')
    .action(async (id: string, _options: unknown, command: Command) => {
      const { json, config } = configOf(command);
      const removed = await withStore(existingStore(config), async (store) => {
        await revokeCertificate(config, id);
        return store.credentials.remove(id);
      });
      if (json) sayJson({ device: id, removed });
      else say(removed ? `${id} can no longer connect.` : `${id} has no credential.`);
      exit(removed ? EXIT.ok : EXIT.failed);
    });
}

interface AddOptions {
  readonly out?: string;
  readonly cert?: string;
  readonly replace?: boolean;
}

function addAdd(device: Command, exit: (code: number) => void): void {
  device
    .command('add')
    .argument('<id>', 'device id: 1 to 64 of A-Z a-z 0-9 . _ -')
    .option('--out <file>', 'write the password to FILE (mode 0600) instead of printing it')
    .option('--cert <dir>', 'also make a certificate: device.crt, device.key, ca.crt and password into DIR')
    .option('--replace', 'give a device that has a credential a new one')
    .description(
      `Makes a credential for a device and prints it once; only its hash is kept. A running collector puts it into force
at once. With a broker of your own, make the same user and password there too; here they then serve for pictures.
With mqtt.tls: self the device says who it is by a certificate: --cert DIR writes it; its password is then for pictures.
--json: one line {device, username, password?, out?, cert?, broker, inForce}.`,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  lineside-collector device add line-1 --data ./cloud\n  lineside-collector device add line-1 --out ./line-1.password --json\n  lineside-collector device add line-1 --cert ./line-1',
    )
    .action(async (id: string, options: AddOptions, command: Command) => {
      const { json, config } = configOf(command);
      if (!isDeviceId(id)) {
        throw new UsageError({
          code: 'device_id_invalid',
          message: `${JSON.stringify(id)} cannot be a device id`,
          advice: 'use 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit, and not "collector"',
        });
      }
      if (options.cert !== undefined) assertSigns(config);
      const password = makePassword();
      const out = options.out ?? (options.cert === undefined ? undefined : join(options.cert, 'password'));
      const inForce = await withStore(openStore(config), async (store) => {
        if (options.replace !== true && (await store.credentials.get(id)) !== undefined) {
          throw new UsageError({
            code: 'device_exists',
            message: `${id} has a credential already`,
            advice: `add --replace to make a new one, which ends the old`,
          });
        }
        if (options.cert !== undefined) await writeCertificate(config, id, options.cert);
        else await revokeCertificate(config, id);
        if (out !== undefined) await writeFileAtomic(out, `${password}\n`, { mode: 0o600 });
        const hash = await hashPassword(password);
        const revision = await store.credentials.save({ device: id, hash, createdAtMs: systemClock.wallMs() });
        return DataLock.isTaken(config.data) ? await untilInForce(store, revision) : false;
      });
      const broker = brokerAddress(config);
      if (json) {
        const secret = out === undefined ? { password } : { out };
        const cert = options.cert === undefined ? {} : { cert: options.cert };
        sayJson({ device: id, username: id, ...secret, ...cert, ...(broker !== undefined && { broker }), inForce });
      } else tell({ id, password, out, cert: options.cert, broker, inForce });
      exit(EXIT.ok);
    });
}

/** What the device must connect to, as far as it can be known here. */
function brokerAddress(config: CollectorConfig): string | undefined {
  if (config.mqtt.publicUrl !== undefined) return config.mqtt.publicUrl;
  if (config.broker !== 'managed') return config.broker;
  const { host, port } = config.mqtt.listen;
  return (
    readRuntimeInfo(config.data)?.mqtt ??
    (port === 0 ? undefined : `${config.mqtt.tls === undefined ? 'mqtt' : 'mqtts'}://${host}:${port}`)
  );
}

interface Told {
  readonly id: string;
  readonly password: string;
  readonly out: string | undefined;
  readonly cert: string | undefined;
  readonly broker: string | undefined;
  readonly inForce: boolean;
}

function tell({ id, password, out, cert, broker, inForce }: Told): void {
  const secret = out === undefined ? password : `\${file:${out}}`;
  const files =
    cert === undefined ? '' : `\n  ca: ${cert}/ca.crt\n  cert: ${cert}/device.crt\n  key: ${cert}/device.key`;
  say(`Device ${id} may connect${inForce ? ', from now on' : ' when the collector runs'}.

uplink:
  broker: ${broker ?? (cert === undefined ? 'mqtt://COLLECTOR:PORT' : 'mqtts://COLLECTOR:PORT')}
  username: ${id}
  password: ${secret}${files}
${out === undefined ? '\nThis is the only time the password is shown.' : ''}`);
}

function assertSigns({ broker, mqtt }: CollectorConfig): void {
  if (broker === 'managed' && mqtt.tls === 'self') return;
  throw new UsageError({
    code: 'authority_missing',
    message: 'there is no certificate authority here to sign a certificate with',
    advice: 'set mqtt.tls: self; with an authority of your own, sign one whose common name is the device id',
  });
}

async function writeCertificate(config: CollectorConfig, id: string, folder: string): Promise<void> {
  const authority = await authorityOf(config);
  const { cert, key } = await authority.device(id, systemClock.wallMs());
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await writeFileAtomic(join(folder, 'device.key'), key, { mode: 0o600 });
  await writeFileAtomic(join(folder, 'device.crt'), cert, { mode: 0o644 });
  await writeFileAtomic(join(folder, 'ca.crt'), authority.ca, { mode: 0o644 });
}

/** A new password, or none, ends the certificate as well. */
async function revokeCertificate(config: CollectorConfig, id: string): Promise<void> {
  if (config.broker !== 'managed' || config.mqtt.tls !== 'self') return;
  await (await authorityOf(config)).revoke(id, systemClock.wallMs());
}

async function authorityOf(config: CollectorConfig) {
  return openAuthority(join(config.data, 'broker'));
}

/** True when the running collector has taken `revision` up in time. */
async function untilInForce(store: CollectorStore, revision: number): Promise<boolean> {
  const deadline = systemClock.monoMs() + IN_FORCE_WITHIN_MS;
  while (systemClock.monoMs() < deadline) {
    if ((await store.credentials.appliedRevision()) >= revision) return true;
    await systemClock.sleep(50);
  }
  return false;
}

async function list(store: CollectorStore, json: boolean): Promise<void> {
  const credentials = new Map((await store.credentials.list()).map((row) => [row.device, row]));
  const heard = new Map((await store.records.devices()).map((row) => [row.device, row]));
  const devices = [...new Set([...credentials.keys(), ...heard.keys()])].sort().map((device) => ({
    device,
    credential: credentials.has(device),
    line: heard.get(device)?.birth?.line ?? null,
    lastSeenAtMs: heard.get(device)?.lastSeenAtMs ?? null,
  }));
  if (json) return sayJson({ devices });
  if (devices.length === 0) return say('No devices yet. Try: lineside-collector device add line-1');
  const rows = devices.map((row) => [
    row.device,
    row.credential ? 'yes' : 'no',
    when(row.lastSeenAtMs),
    row.line ?? '-',
  ]);
  say(table([['DEVICE', 'CREDENTIAL', 'LAST SEEN', 'LINE'], ...rows]));
}
