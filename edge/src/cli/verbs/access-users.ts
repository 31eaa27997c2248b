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
  readonly change?: string;
}

/** `lineside access users` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--invite [name]', 'print a one-time code for a new account, or for a new password of one that is there')
    .addOption(new Option('--role <role>', 'what the account may do').choices(ROLES))
    .option('--remove <name>', 'remove an account and end its sessions')
    .option('--change <name>', 'give an account the role of --role and end its sessions')
    .addHelpText(
      'after',
      examples(
        'lineside access users',
        'lineside access users --invite anna --role technician',
        'lineside access users --change anna --role admin',
        'lineside access users --remove anna',
      ) +
        '\n\nviewer: looks. technician: also acknowledges events, draws zones, accepts cameras, sets signals and recipes.' +
        '\nadmin: also moves the limits of taught models and looks after accounts. Accounts are made with a code that is shown here once, so that' +
        '\nnobody knows the password of another. Ends with 2 for a name that cannot be used, with 3 when no service answers.',
    )
    .action(action<UsersOptions>(registry, users));
}

async function users(context: Context, { invite, role, remove, change }: UsersOptions): Promise<ExitCode> {
  if ([invite, remove, change].filter((given) => given !== undefined).length > 1) {
    throw new UsageError('one change at a time', 'give one of --invite, --change and --remove');
  }
  if (change !== undefined && role === undefined) {
    throw new UsageError('--change needs a role', `--change ${change} --role technician`);
  }
  if (role !== undefined && invite === undefined && change === undefined) {
    throw new UsageError('--role belongs to --invite or --change', '--invite NAME');
  }
  if (invite !== undefined) {
    const name = invite === true ? {} : { name: invite };
    const command = { action: 'invite', ...name, ...(role === undefined ? {} : { role }) } as const;
    const answer = await commandAccess(context.dataDir, command);
    context.say(answer, codeText(answer));
    return EXIT.ok;
  }
  const answer = await (remove !== undefined
    ? commandAccess(context.dataDir, { action: 'remove_account', name: remove })
    : change !== undefined && role !== undefined
      ? commandAccess(context.dataDir, { action: 'set_role', name: change, role })
      : (callService(context.dataDir, '/api/v1/access') as Promise<AccessAnswer>));
  context.say(answer.accounts, accessText(answer));
  return EXIT.ok;
}
