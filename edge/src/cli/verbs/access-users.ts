import { type Command, Option } from 'commander';
import { type AccessAnswer, type Role, ROLES } from '../../access/index.ts';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { accessText, codeText, commandAccess } from '../text/access-text.ts';

interface UsersOptions {
  readonly invite?: string | true;
  readonly role?: Role;
  readonly remove?: string;
}

/** `lineside access users` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--invite [name]', 'print a one-time code for a new account, or for a new password of one that is there')
    .addOption(new Option('--role <role>', 'what the account may do').choices(ROLES))
    .option('--remove <name>', 'remove an account and end its sessions')
    .addHelpText(
      'after',
      examples(
        'lineside access users',
        'lineside access users --invite anna --role technician',
        'lineside access users --remove anna',
      ) +
        '\n\nviewer: looks. technician: also acknowledges events, draws zones, accepts cameras, sets signals and recipes.' +
        '\nadmin: also moves the limits of taught models. Accounts are made with a code that is shown here once, so that' +
        '\nnobody knows the password of another. Ends with 2 for a name that cannot be used, with 3 when no service answers.',
    )
    .action(action<UsersOptions>(registry, users));
}

async function users(context: Context, { invite, role, remove }: UsersOptions): Promise<ExitCode> {
  if (invite !== undefined && remove !== undefined) {
    throw new UsageError('one account cannot be invited while another is removed', 'give one of --invite and --remove');
  }
  if (role !== undefined && invite === undefined) throw new UsageError('--role belongs to --invite', '--invite NAME');
  if (invite !== undefined) {
    const name = invite === true ? {} : { name: invite };
    const command = { action: 'invite', ...name, ...(role === undefined ? {} : { role }) } as const;
    const answer = await commandAccess(context.dataDir, command);
    context.say(answer, codeText(answer));
    return EXIT.ok;
  }
  const answer =
    remove === undefined
      ? ((await callService(context.dataDir, '/api/v1/access')) as AccessAnswer)
      : await commandAccess(context.dataDir, { action: 'remove_account', name: remove });
  context.say(answer.accounts, accessText(answer));
  return EXIT.ok;
}
