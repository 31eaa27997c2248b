import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { parseListen } from '../../config/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { collect } from '../option-values.ts';
import { accessText, codeText, commandAccess } from '../text/access-text.ts';

interface EnableOptions {
  readonly listen: string;
  readonly host: readonly string[];
  readonly certificate?: string;
  readonly key?: string;
}

/** `lineside access enable` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--listen <address>', 'address and port for the network', '0.0.0.0:8971')
    .option('--host <name>', 'a name under which the page may be asked for; repeat for more', collect, [])
    .option('--certificate <file>', "the site's certificate with its chain, PEM (default: one is made)")
    .option('--key <file>', 'its key without a password, PEM')
    .addHelpText(
      'after',
      examples(
        'lineside access enable',
        'lineside access enable --listen 10.0.8.21:8971 --host packing-1.plant.example',
        'lineside access enable --certificate page.crt --key page.key',
      ) +
        '\n\nWithout an account yet, prints a code with which the first person makes one, as text and to be read by a phone.' +
        '\nCompare the fingerprint with what the browser shows before you go on past its warning: the certificate that is' +
        '\nmade here is signed by nobody. Only this command opens the page: no configuration and no update can. Ends with 2' +
        '\nwhere the certificate cannot be used, with 3 when no service answers.',
    )
    .action(action<EnableOptions>(registry, enable));
}

async function enable(context: Context, options: EnableOptions): Promise<ExitCode> {
  const listen = parseListen(options.listen);
  if (listen === undefined) throw new UsageError(`${options.listen} is not HOST:PORT`, '--listen 0.0.0.0:8971');
  const identity = await identityOf(context, options);
  const command = { action: 'enable', listen, hosts: options.host } as const;
  const answer = await commandAccess(context.dataDir, { ...command, ...(identity === undefined ? {} : { identity }) });
  const code = codeText(answer);
  context.say(answer, code === '' ? accessText(answer) : `${accessText(answer)}\n\n${code}`);
  return EXIT.ok;
}

async function identityOf(
  { io }: Context,
  { certificate, key }: EnableOptions,
): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  if (certificate === undefined && key === undefined) return undefined;
  if (certificate === undefined || key === undefined) {
    throw new UsageError('a certificate and its key belong together', 'give both --certificate and --key');
  }
  const [cert, secret] = await Promise.all([certificate, key].map((path) => readFile(resolve(io.cwd, path), 'utf8')));
  return { cert: cert ?? '', key: secret ?? '' };
}
