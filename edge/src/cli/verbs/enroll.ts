import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import { action, type Context, examples, type GlobalOptions, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

interface EnrollOptions extends GlobalOptions {
  readonly collector: string;
  readonly claim: string;
  readonly replace?: boolean;
}

/** `lineside enroll` */
export function configure(command: Command, registry: Registry): void {
  command
    .requiredOption('--collector <host:port>', 'where the collector takes enrolments, as it printed it')
    .requiredOption('--claim <code>', 'the code that lineside-collector device claim printed')
    .option('--replace', 'also where this device has a collector already')
    .addHelpText(
      'after',
      examples(
        'lineside enroll --collector collector.plant:8981 --claim 7K3M-Q9TW-...',
        'sudo lineside enroll --collector 10.0.0.5:8981 --claim 7K3M-Q9TW-... --replace',
      ) +
        '\n\nMakes a key on this device, which never leaves it, recognises the collector by the fingerprint in the code before' +
        '\nanything is sent, and gets what the broker needs to know this device. Key, certificate and password are written into' +
        '\nsecrets/ beside the configuration, and section uplink names them; a running service takes it at once. After a' +
        '\nlost answer, give the same command again. The configuration must exist: lineside init or lineside setup makes it.' +
        '\nEnds with 1 when the collector refuses or does not answer, with 2 for a code or address that cannot be one.',
    )
    .action(action<EnrollOptions>(registry, enroll));
}

async function enroll(context: Context, { collector, claim, replace }: EnrollOptions): Promise<ExitCode> {
  const [{ editLine, loadConfig, saveConfig }, { enrollDevice }] = await Promise.all([
    import('../../config/index.ts'),
    import('../enroll-device.ts'),
  ]);
  const { configPath, io } = context;
  const sources = await context.configSources();
  const { config } = await loadConfig(configPath, sources);
  if (config.uplink !== undefined && replace !== true) {
    const advice = 'add --replace, when this device shall belong to another collector or needs a new key';
    throw new CliError(
      'collector_exists',
      `this device has a collector already: ${config.uplink.broker.shown}`,
      advice,
    );
  }
  const { device } = config;
  const { uplink, broker, byCertificate, line } = await enrollDevice({
    ...{ configPath, device, collector, claim, signal: io.signal },
  });
  // Read again: an editor may have been at it.
  const text = await readFile(configPath, 'utf8');
  await saveConfig(configPath, editLine(text, { uplink }), sources);
  const by = byCertificate ? 'certificate' : 'password';
  context.say(
    { device, broker, by, config: configPath, ...(line === undefined ? {} : { line }) },
    `${device} is enrolled: it shows its ${by} to the broker ${broker}\nwritten: ${configPath}, and secrets/ beside it\nnext: lineside doctor`,
  );
  return EXIT.ok;
}
