import { join } from 'node:path';
import type { Command } from 'commander';
import type { CollectorConfig } from '../../config/index.ts';
import type { CollectorStore } from '../../store/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { cancelClaims } from '../cancel-claims.ts';
import { EXIT, type ExitCode } from '../exit.ts';

const APPLIED_WITHIN_MS = 5000;

/** `lineside-collector device add` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'device id: 1 to 64 of A-Z a-z 0-9 . _ -')
    .option('--out <file>', 'write the password to FILE (mode 0600) instead of printing it')
    .option('--cert <dir>', 'also make a certificate: device.crt, device.key, ca.crt and password into DIR')
    .option('--replace', 'give a device that has a credential a new one')
    .description(
      `Makes a credential for a device and prints it once; only its hash is kept. A running collector applies it at once. With a broker of your own, make the same user and password there too; here they then serve for pictures. With mqtt.tls: self the device identifies itself by a certificate: --cert DIR writes it; its password is then for pictures. --json: one line {device, username, password?, out?, cert?, broker, inForce}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector device add line-1 --data ./collector',
        'lineside-collector device add line-1 --out ./line-1.password --json',
        'lineside-collector device add line-1 --cert ./line-1',
      ),
    )
    .action(action(registry, add));
}

interface AddOptions {
  readonly out?: string;
  readonly cert?: string;
  readonly replace?: boolean;
}

async function add(context: Context, options: AddOptions, [id = '']: readonly string[]): Promise<ExitCode> {
  const { UsageError } = await import('../../errors/index.ts');
  const { assertDeviceId } = await import('../assert-device-id.ts');
  const { hashPassword, makePassword } = await import('../../broker/index.ts');
  const { assertHasAuthority, revokeCertificate, writeCertificate } = await import('../device-certificate.ts');
  const { systemClock, writeFileAtomic } = await import('@lineside/kit');
  const config = await context.config();
  assertDeviceId(id);
  const { cert } = options;
  if (cert !== undefined) assertHasAuthority(config);
  const password = makePassword();
  const out = options.out ?? (cert === undefined ? undefined : join(cert, 'password'));
  const inForce = await context.withNewStore(config, async (store) => {
    if (options.replace !== true && (await store.credentials.get(id)) !== undefined) {
      throw new UsageError({
        code: 'device_exists',
        message: `${id} has a credential already`,
        advice: 'add --replace to make a new one, which ends the old one',
      });
    }
    await cancelClaims(store.claims, id);
    if (cert !== undefined) await writeCertificate(config, id, cert);
    else await revokeCertificate(config, id);
    if (out !== undefined) await writeFileAtomic(out, `${password}\n`, { mode: 0o600 });
    const credential = { device: id, hash: await hashPassword(password), createdAtMs: systemClock.wallMs() };
    return untilApplied(config, store, await store.credentials.save(credential));
  });
  const made: Made = { id, password, out, cert, broker: await brokerAddress(config), inForce };
  context.say(jsonOf(made), textOf(made));
  return EXIT.ok;
}

/** Where the device must connect, as far as it can be known here. */
async function brokerAddress(config: CollectorConfig): Promise<string | undefined> {
  if (config.mqtt.publicUrl !== undefined) return config.mqtt.publicUrl;
  if (config.broker !== 'managed') {
    const { brokerAddress: addressOf } = await import('../../broker/index.ts');
    return addressOf(config.broker);
  }
  const { readRuntimeInfo } = await import('../../runtime/index.ts');
  const { host, port } = config.mqtt.listen;
  const configured = port === 0 ? undefined : `${config.mqtt.tls === undefined ? 'mqtt' : 'mqtts'}://${host}:${port}`;
  return readRuntimeInfo(config.data)?.mqtt ?? configured;
}

/** True when a collector runs and has applied `revision` in time. */
async function untilApplied(config: CollectorConfig, store: CollectorStore, revision: number): Promise<boolean> {
  const { DataLock } = await import('../../runtime/index.ts');
  const { systemClock } = await import('@lineside/kit');
  if (!DataLock.isTaken(config.data)) return false;
  const deadline = systemClock.monoMs() + APPLIED_WITHIN_MS;
  while (systemClock.monoMs() < deadline) {
    if ((await store.credentials.appliedRevision()) >= revision) return true;
    await systemClock.sleep(50);
  }
  return false;
}

interface Made {
  readonly id: string;
  readonly password: string;
  readonly out: string | undefined;
  readonly cert: string | undefined;
  readonly broker: string | undefined;
  readonly inForce: boolean;
}

function jsonOf({ id, password, out, cert, broker, inForce }: Made): object {
  const secret = out === undefined ? { password } : { out };
  const certificate = cert === undefined ? {} : { cert };
  return { device: id, username: id, ...secret, ...certificate, ...(broker !== undefined && { broker }), inForce };
}

function textOf({ id, password, out, cert, broker, inForce }: Made): string {
  const secret = out === undefined ? password : `\${file:${out}}`;
  const files =
    cert === undefined ? '' : `\n  ca: ${cert}/ca.crt\n  cert: ${cert}/device.crt\n  key: ${cert}/device.key`;
  return `Device ${id} may connect${inForce ? ' from now on' : ' when the collector runs'}.

uplink:
  broker: ${broker ?? (cert === undefined ? 'mqtt://COLLECTOR:PORT' : 'mqtts://COLLECTOR:PORT')}
  username: ${id}
  password: ${secret}${files}
${out === undefined ? '\nThis is the only time that the password is shown.' : ''}`;
}
