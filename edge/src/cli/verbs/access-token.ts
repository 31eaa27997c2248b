import type { Command } from 'commander';
import encodeQr from 'qr';
import type { AccessAnswer } from '../../access/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { accessText, commandAccess } from '../text/access-text.ts';

interface TokenOptions {
  readonly add?: string;
  readonly remove?: string;
}

/** `lineside access token` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--add <name>', 'make the token of a wall screen; one of the same name is replaced')
    .option('--remove <name>', 'remove it, and end its sessions')
    .addHelpText(
      'after',
      examples('lineside access token --add hall-2', 'lineside access token --remove hall-2') +
        '\n\nA wall screen only looks: it changes nothing and sees neither log nor accounts. Its address is shown once; set it' +
        '\nas the home page of the screen. Ends with 2 for a name that cannot be used, with 3 when no service answers.',
    )
    .action(action<TokenOptions>(registry, token));
}

async function token(context: Context, { add, remove }: TokenOptions): Promise<ExitCode> {
  if (add !== undefined && remove !== undefined) {
    throw new UsageError('one token cannot be made while another is removed', 'give one of --add and --remove');
  }
  if (add !== undefined) {
    const answer = await commandAccess(context.dataDir, { action: 'add_token', name: add });
    context.say(answer, addressText(answer));
    return EXIT.ok;
  }
  const answer =
    remove === undefined
      ? ((await callService(context.dataDir, '/api/v1/access')) as AccessAnswer)
      : await commandAccess(context.dataDir, { action: 'remove_token', name: remove });
  context.say(answer.tokens, accessText(answer));
  return EXIT.ok;
}

function addressText({ addresses, token: secret = '' }: AccessAnswer): string {
  if (addresses[0] === undefined) return `Token, shown once: ${secret}\nThe page is not served to the network yet.`;
  const url = `${addresses[0]}/#wall=${secret}`;
  return [`Address for the wall screen, shown once:`, `  ${url}`, encodeQr(url, 'ascii')].join('\n');
}
