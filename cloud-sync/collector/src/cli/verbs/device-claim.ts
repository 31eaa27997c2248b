import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Command } from 'commander';
import type { CollectorConfig } from '../../config/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { byOption, personOf, type PersonOptions } from '../person.ts';
import { timeText } from '../time-text.ts';

const LONGEST_MS = 7 * 24 * 3_600_000;

/** `lineside-collector device claim` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'device id: 1 to 64 of A-Z a-z 0-9 . _ -')
    .option('--line <name>', 'name of its line; the device takes it where it has none')
    .option('--site <name>', 'its customer and site, for lists')
    .option('--for <duration>', 'how long the code is good', '1h')
    .option('--replace', 'for a device that has a credential: enrolling ends the old one')
    .option('--cancel', 'cancel its open claim instead')
    .description(
      `Makes a code with which this device enrols, once: the device makes its own key, which never leaves it, and gets a certificate (with mqtt.tls: self) or a password of its own choice accepted. The code also names the collector's certificate authority, so that the device recognises it. It is printed once; only its hash is kept. Needs enrolment.listen. --json: one line {device, id, code, collector, expires}, or {device, cancelled}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector device claim line-7 --line "Packing 7" --site "bakery/riga" --config collector.yaml',
        'lineside-collector device claim line-7 --replace --for 15m',
        'lineside-collector device claim line-7 --cancel',
      ),
    );
  byOption(command).action(action(registry, claim));
}

interface ClaimOptions extends PersonOptions {
  readonly line?: string;
  readonly site?: string;
  readonly for: string;
  readonly replace?: boolean;
  readonly cancel?: boolean;
}

async function claim(context: Context, options: ClaimOptions, [id = '']: readonly string[]): Promise<ExitCode> {
  const [{ UsageError }, { assertDeviceId }, { openAuthority }, { ClaimDesk }, { systemClock }] = await Promise.all([
    import('../../errors/index.ts'),
    import('../assert-device-id.ts'),
    import('../../broker/index.ts'),
    import('../../enrolment/index.ts'),
    import('@lineside/kit'),
  ]);
  const config = await context.config();
  assertDeviceId(id);
  const { name: who } = await personOf(context, options);
  if (options.cancel === true) {
    const cancelled = await context.withStore(config, async ({ claims }) =>
      claims.cancel(id, who, systemClock.wallMs()),
    );
    const text = cancelled === 0 ? `${id} has no open claim.` : `The claim of ${id} is cancelled.`;
    context.say({ device: id, cancelled: cancelled > 0 }, text);
    return cancelled === 0 ? EXIT.problems : EXIT.ok;
  }
  const collector = await enrolmentAddress(config);
  if (collector === undefined) {
    throw new UsageError({
      code: 'enrolment_off',
      message: 'this collector takes no enrolments',
      advice: 'set enrolment.listen, for example to 0.0.0.0:8981, or use lineside-collector device add',
    });
  }
  const forMs = await readLifetime(options.for);
  const wish = { device: id, line: options.line, site: options.site, forMs, replace: options.replace === true };
  const made = await context.withNewStore(config, async ({ claims, credentials }) =>
    new ClaimDesk({
      ...{ claims, credentials, clock: systemClock, random: randomBytes },
      ca: async () => (await openAuthority(`${config.data}/broker`)).ca,
    }).make(wish, who),
  );
  const expires = made.claim.expiresAtMs;
  context.say(
    { device: id, id: made.claim.id, code: made.code, collector, expires: new Date(expires).toISOString() },
    `Claim ${made.claim.id} for ${id}: for one device, until ${timeText(expires)}.

On the device, within that time:

  lineside enroll --collector ${collector} --claim ${made.code}

lineside setup asks for both. This is the only time that the code is shown.`,
  );
  return EXIT.ok;
}

/** Host and port where devices enrol; undefined where this collector has no such listener. */
async function enrolmentAddress(config: CollectorConfig): Promise<string | undefined> {
  const { listen, address } = config.enrolment;
  if (listen === undefined) return undefined;
  const { readRuntimeInfo } = await import('../../runtime/index.ts');
  const running = readRuntimeInfo(config.data)?.enrolment;
  if (running !== undefined) return running;
  const { host, port } = address ?? listen;
  const name = ['0.0.0.0', '::'].includes(host) ? hostname() : host;
  return port === 0 ? undefined : `${name.includes(':') ? `[${name}]` : name}:${port}`;
}

async function readLifetime(text: string): Promise<number> {
  const [{ readDuration }, { UsageError }] = await Promise.all([
    import('../../config/index.ts'),
    import('../../errors/index.ts'),
  ]);
  const ms = readDuration(text);
  if (ms !== undefined && ms > 0 && ms <= LONGEST_MS) return ms;
  throw new UsageError({
    code: 'claim_invalid',
    message: `--for ${text} is no time for which a claim can be good`,
    advice: 'write a duration like 15m, 1h or 72h, at most 168h',
  });
}
