import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import { type ReleaseOptions, releaseOption, several, workplace } from '../workplace.ts';

/** `lineside-collector release keys` */
export function configure(command: Command, registry: Registry): void {
  releaseOption(command)
    .option('--use <keyid=source>', 'take a key from file:PATH, env:NAME or exec:COMMAND; may be repeated', several)
    .option('--add-customer <name>', 'make a key for one more customer and delegate its releases to it')
    .description(
      `Lists every role with its keys, its threshold, when its metadata expires, where each private key is and whether it can sign here. exec:COMMAND gets the bytes on stdin and prints the Ed25519 signature in hex or base64. Ends with 1 where the published metadata has expired. --json: one line {roles: [...]}.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector release keys --data ./collector',
        'lineside-collector release keys --use 3f2a=env:ROOT_KEY --use 91c0="exec:ssh signer sign-ed25519"',
        'lineside-collector release keys --add-customer beta',
      ),
    )
    .action(action(registry, keys));
}

interface KeysOptions extends ReleaseOptions {
  readonly use?: readonly string[];
  readonly addCustomer?: string;
}

async function keys(context: Context, options: KeysOptions): Promise<ExitCode> {
  const { addCustomer, describeKeys, useSigner } = await import('../../release/index.ts');
  const work = await workplace(context, options);
  for (const use of options.use ?? []) {
    const [, id = '', source = ''] = /^([^=]*)=(.*)$/s.exec(use) ?? [];
    await useSigner(work, id, source);
  }
  if (options.addCustomer !== undefined) await addCustomer(work, options.addCustomer);
  const roles = await describeKeys(work);
  const rows = roles.flatMap(({ role, version, threshold, expires, keys: list, targets }) =>
    list.map(({ id, source, available }, i) => [
      ...(i === 0 ? [role, String(version), `${threshold} of ${list.length}`, expires.slice(0, 10)] : ['', '', '', '']),
      ...[id.slice(0, 8), available ? 'yes' : 'no', source ?? '-', i === 0 ? String(targets.length) : ''],
    ]),
  );
  const head = ['ROLE', 'VERSION', 'THRESHOLD', 'EXPIRES', 'KEY', 'CAN SIGN', 'SOURCE', 'RELEASES'];
  context.say({ roles }, table([head, ...rows]));
  return roles.some(({ expires }) => Date.parse(expires) < work.nowMs) ? EXIT.problems : EXIT.ok;
}
