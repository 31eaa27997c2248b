import type { Command } from 'commander';
import { UsageError } from '../../errors/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { byOption, personOf, type PersonOptions } from '../person.ts';
import { withDesk } from '../rollout-desk.ts';
import { several } from '../workplace.ts';

/** `lineside-collector rollout start` */
export function configure(command: Command, registry: Registry): void {
  byOption(command)
    .argument('<target>', 'published release, such as models/acme/ppe-2.1.0.json')
    .option('--group <name=devices>', 'lines of the next group, `*` for any characters; may be repeated', several)
    .option('--soak <duration>', 'how long a group must have succeeded before the next one begins', '1h')
    .option('--success <percent>', 'part of a group that must be committed before the next one begins', '100')
    .option('--errors <percent>', 'part of a group that may fail; more stops the rollout', '0')
    .option('--line-deadline <duration>', 'a line that is online and not through after so long counts as failed')
    .option('--approval <when>', 'a second person approves: start, groups (the configuration may ask for it anyway)')
    .description(
      `Begins to bring a published release to lines, group by group: one canary line first, then its site, then the rest. A device belongs to the first group that names it. The running collector carries it on; what a device installs, the signed metadata decides alone. A line that is offline counts as "not yet", never as success; one that could not go back to its model before stops the rollout at once. --json: one line, the rollout.`,
    )
    .addHelpText(
      'after',
      examples(
        'lineside-collector rollout start models/acme/ppe-2.1.0.json --group canary=line-1 --group "site=plant1-*" --group "rest=*"',
        'lineside-collector rollout start config/acme/line-1-1.4.0.json --group canary=line-1 --soak 24h --by anna',
      ),
    )
    .action(action(registry, start));
}

interface StartOptions extends PersonOptions {
  readonly group?: readonly string[];
  readonly soak: string;
  readonly success: string;
  readonly errors: string;
  readonly lineDeadline?: string;
  readonly approval?: string;
}

async function start(context: Context, options: StartOptions, [target = '']: readonly string[]): Promise<ExitCode> {
  const { readDuration } = await import('../../config/index.ts');
  const { APPROVALS, rolloutSummary } = await import('../../rollouts/index.ts');
  const duration = (name: string, text: string): number => {
    const ms = readDuration(text);
    if (ms === undefined) throw wrong(`--${name} ${text} is no duration`, 'write it like 30m or 24h');
    return ms;
  };
  const approval = APPROVALS.find((one) => one === options.approval);
  if (options.approval !== undefined && approval === undefined) {
    throw wrong(`--approval ${options.approval} is not known`, `use ${APPROVALS.join(', ')}`);
  }
  const wish = {
    ...{ target, groups: groupsOf(options.group ?? []), soakMs: duration('soak', options.soak) },
    ...{ success: percent('success', options.success), errors: percent('errors', options.errors) },
    lineDeadlineMs: options.lineDeadline === undefined ? undefined : duration('line-deadline', options.lineDeadline),
    ...{ approval, by: await personOf(context, options) },
  };
  const rollout = await withDesk(context, async (desk) => desk.start(wish));
  const { id, groups, state, lines } = rollout;
  const next =
    state === 'waiting_for_approval'
      ? `A second person must approve it: lineside-collector rollout approve ${id} --token-file FILE`
      : `Now: lineside-collector rollout show ${id}`;
  context.say(rolloutSummary(rollout), `${id}: ${lines.length} lines in ${groups.length} groups. ${next}`);
  return EXIT.ok;
}

function groupsOf(texts: readonly string[]) {
  if (texts.length === 0) throw wrong('no group of lines is named', 'name at least one: --group canary=line-1');
  return texts.map((text) => {
    const [, name, devices] = /^([^=]+)=(.+)$/.exec(text) ?? [];
    if (name === undefined || devices === undefined) {
      throw wrong(`--group ${text} is not NAME=DEVICES`, 'write it like --group canary=line-1,line-2');
    }
    return { name, devices: devices.split(',').map((device) => device.trim()) };
  });
}

function percent(name: string, text: string): number {
  const number = /^\d{1,3}(\.\d+)?%?$/.test(text) ? Number.parseFloat(text) : Number.NaN;
  if (!(number <= 100)) throw wrong(`--${name} ${text} is no percentage`, 'write a number from 0 to 100');
  return number / 100;
}

function wrong(message: string, advice: string): UsageError {
  return new UsageError({ code: 'rollout_invalid', message, advice });
}
