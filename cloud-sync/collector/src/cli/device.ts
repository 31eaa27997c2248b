import type { Command } from 'commander';
import { isDeviceId } from '@lineside/protocol';
import { writeFileAtomic } from '../atomic-file.ts';
import { hashPassword, makePassword } from '../broker/index.ts';
import { systemClock } from '../clock.ts';
import { DataLock } from '../data-lock.ts';
import { UsageError } from '../errors.ts';
import type { CollectorConfig } from '../config/index.ts';
import { openStore, type CollectorStore } from '../store/index.ts';
import { whereIs } from '../where.ts';
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
      const removed = await withStore(existingStore(config), async (store) => store.removeCredential(id));
      if (json) sayJson({ device: id, removed });
      else say(removed ? `${id} can no longer connect.` : `${id} has no credential.`);
      exit(removed ? EXIT.ok : EXIT.failed);
    });
}

function addAdd(device: Command, exit: (code: number) => void): void {
  device
    .command('add')
    .argument('<id>', 'device id: 1 to 64 of A-Z a-z 0-9 . _ -')
    .option('--out <file>', 'write the password to FILE (mode 0600) instead of printing it')
    .option('--replace', 'give a device that has a credential a new one')
    .description(
      `Makes a credential for a device and prints it once; only its hash is kept. A running collector puts it into force
at once. With a broker of your own, make the same user and password there too; here they then serve for pictures.
--json: one line {device, username, password?, out?, broker, inForce}.`,
    )
    .addHelpText(
      'after',
      '\nExamples:\n  lineside-collector device add line-1 --data ./cloud\n  lineside-collector device add line-1 --out ./line-1.password --json',
    )
    .action(async (id: string, options: { out?: string; replace?: boolean }, command: Command) => {
      const { json, config } = configOf(command);
      if (!isDeviceId(id)) {
        throw new UsageError({
          code: 'device_id_invalid',
          message: `${JSON.stringify(id)} cannot be a device id`,
          advice: 'use 1 to 64 of A-Z a-z 0-9 . _ - beginning with a letter or digit, and not "collector"',
        });
      }
      const password = makePassword();
      const inForce = await withStore(openStore(config), async (store) => {
        if (options.replace !== true && (await store.credential(id)) !== undefined) {
          throw new UsageError({
            code: 'device_exists',
            message: `${id} has a credential already`,
            advice: `add --replace to make a new one, which ends the old`,
          });
        }
        if (options.out !== undefined) await writeFileAtomic(options.out, `${password}\n`, 0o600);
        const hash = await hashPassword(password);
        const revision = await store.saveCredential({ device: id, hash, createdMs: systemClock.wallMs() });
        return DataLock.isTaken(config.data) ? await untilInForce(store, revision) : false;
      });
      const broker = brokerAddress(config);
      if (json) {
        const secret = options.out === undefined ? { password } : { out: options.out };
        sayJson({ device: id, username: id, ...secret, ...(broker !== undefined && { broker }), inForce });
      } else tell(id, password, options.out, broker, inForce);
      exit(EXIT.ok);
    });
}

/** What the device must connect to, as far as it can be known here. */
function brokerAddress(config: CollectorConfig): string | undefined {
  if (config.mqtt.publicUrl !== undefined) return config.mqtt.publicUrl;
  if (config.broker !== 'managed') return config.broker;
  const { host, port } = config.mqtt.listen;
  return whereIs(config.data)?.mqtt ?? (port === 0 ? undefined : `mqtt://${host}:${port}`);
}

function tell(
  id: string,
  password: string,
  out: string | undefined,
  broker: string | undefined,
  inForce: boolean,
): void {
  const secret = out === undefined ? password : `\${file:${out}}`;
  say(`Device ${id} may connect${inForce ? ', from now on' : ' when the collector runs'}.

uplink:
  broker: ${broker ?? 'mqtt://COLLECTOR:PORT'}
  username: ${id}
  password: ${secret}
${out === undefined ? '\nThis is the only time the password is shown.' : ''}`);
}

/** True when the running collector has taken `revision` up in time. */
async function untilInForce(store: CollectorStore, revision: number): Promise<boolean> {
  const deadline = systemClock.monoMs() + IN_FORCE_WITHIN_MS;
  while (systemClock.monoMs() < deadline) {
    if ((await store.appliedRevision()) >= revision) return true;
    await systemClock.sleep(50);
  }
  return false;
}

async function list(store: CollectorStore, json: boolean): Promise<void> {
  const credentials = new Map((await store.credentials()).map((row) => [row.device, row]));
  const heard = new Map((await store.devices()).map((row) => [row.device, row]));
  const devices = [...new Set([...credentials.keys(), ...heard.keys()])].sort().map((device) => ({
    device,
    credential: credentials.has(device),
    line: heard.get(device)?.birth?.line ?? null,
    lastSeenMs: heard.get(device)?.lastSeenMs ?? null,
  }));
  if (json) return sayJson({ devices });
  if (devices.length === 0) return say('No devices yet. Try: lineside-collector device add line-1');
  const rows = devices.map((row) => [row.device, row.credential ? 'yes' : 'no', when(row.lastSeenMs), row.line ?? '-']);
  say(table([['DEVICE', 'CREDENTIAL', 'LAST SEEN', 'LINE'], ...rows]));
}
