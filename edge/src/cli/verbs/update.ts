import { resolve } from 'node:path';
import type { Command } from 'commander';
import { callService } from '../change-service.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { UsageError } from '../errors.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** What the service answers about updates. */
export interface UpdatesAnswer {
  readonly configured: boolean;
  readonly current: UpdateLine | null;
  readonly waiting: readonly string[];
  readonly models: Readonly<Record<string, { readonly bundle: string; readonly version: string | null }>>;
  readonly history: readonly UpdateLine[];
}

interface UpdateLine {
  readonly target: string;
  readonly state: string;
  readonly sinceMs: number;
  readonly beganMs: number;
  readonly progress?: { readonly bytes: number; readonly of: number };
  readonly reason?: { readonly code: string; readonly message: string };
}

/** `lineside update` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('[status]', '`status` shows what was and is installed')
    .option('--from <dir>', 'install what a folder holds for this device, such as a USB stick')
    .option('--target <name>', 'with --from: only this release')
    .option('--no-wait', 'with --from: do not wait until it is over')
    .description(
      `Shows updates of models and configuration, or installs from a folder that lineside-collector release export-usb has written. A folder is verified exactly as if it had come by wire, and an audit record says that it was used. Needs the running service. Ends with 1 where a release was refused or taken back. --json: status {configured, current, waiting, models, history}; --from one line for each release when it is over.`,
    )
    .addHelpText(
      'after',
      examples('lineside update status', 'lineside update --from /media/usb/lineside', 'lineside update status --json'),
    )
    .action(action(registry, update));
}

interface UpdateOptions {
  readonly from?: string;
  readonly target?: string;
  readonly wait: boolean;
}

const LOOK_MS = 500;

async function update(context: Context, options: UpdateOptions, [what]: readonly string[]): Promise<ExitCode> {
  if (what !== undefined && what !== 'status') {
    throw new UsageError(`there is no ${what} of updates`, 'lineside update status, or lineside update --from DIR');
  }
  if (options.from === undefined) return status(context);
  const { from, target, wait } = options;
  const folder = resolve(context.io.cwd, from);
  const body = { action: 'install', from: folder, ...(target === undefined ? {} : { target }) };
  const sinceMs = context.io.clock.wallMs();
  const { accepted } = (await callService(context.dataDir, '/api/v1/updates', body)) as { accepted: readonly string[] };
  if (!wait) {
    context.say({ accepted }, `accepted: ${accepted.join(', ')}. See: lineside update status`);
    return EXIT.ok;
  }
  return untilOver(context, accepted, sinceMs);
}

async function untilOver(context: Context, accepted: readonly string[], sinceMs: number): Promise<ExitCode> {
  const left = new Set(accepted);
  let ok = true;
  while (left.size > 0) {
    const { history } = (await callService(context.dataDir, '/api/v1/updates')) as UpdatesAnswer;
    for (const target of left) {
      const done = history.find((one) => one.target === target && one.sinceMs >= sinceMs);
      if (done === undefined) continue;
      left.delete(target);
      ok &&= done.state === 'committed';
      context.say(done, line(done));
    }
    if (left.size > 0) await context.io.clock.sleep(LOOK_MS, context.io.signal);
  }
  return ok ? EXIT.ok : EXIT.problems;
}

async function status(context: Context): Promise<ExitCode> {
  const answer = (await callService(context.dataDir, '/api/v1/updates')) as UpdatesAnswer;
  const { current, waiting, models, history, configured } = answer;
  const lines = [
    configured ? undefined : 'No updates are configured (updates: in the configuration).',
    current === null ? undefined : `now      ${line(current)}`,
    ...waiting.map((target) => `waiting  ${target}`),
    ...Object.entries(models).map(([id, { version, bundle }]) => `model    ${id} ${version ?? ''} (${bundle})`),
    ...history.map((one) => `before   ${line(one)}`),
  ].filter((text) => text !== undefined);
  context.say(answer, lines.length === 0 ? 'Nothing was installed, and nothing is wanted.' : lines.join('\n'));
  return EXIT.ok;
}

function line({ target, state, sinceMs, progress, reason }: UpdateLine): string {
  const how = progress === undefined ? '' : ` ${Math.floor((100 * progress.bytes) / Math.max(1, progress.of))} %`;
  const why = reason === undefined ? '' : `: ${reason.message}`;
  return `${target}  ${state.replaceAll('_', ' ')}${how} since ${new Date(sinceMs).toISOString()}${why}`;
}
