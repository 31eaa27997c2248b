import { resolve } from 'node:path';
import { LinesideError } from '@lineside/kit';
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
  readonly models: Readonly<Record<string, InstalledModel>>;
  readonly configuration: { readonly target: string; readonly version: string; readonly changed: boolean } | null;
  readonly desired: DesiredState | null;
  readonly history: readonly UpdateLine[];
}

interface InstalledModel {
  readonly bundle: string;
  readonly version: string | null;
  readonly before: { readonly kind: string; readonly bundle?: string } | null;
}

interface DesiredState {
  readonly revision: number;
  readonly state: string;
  readonly reason?: string;
  readonly refused?: { readonly revision: number; readonly reason: string };
}

interface ShadowState {
  readonly results: number;
  readonly differing: number;
  readonly steady: number;
  readonly found: number;
  readonly added: number;
  readonly unsteady: { readonly current: number; readonly candidate: number };
  readonly pictures: number;
  readonly verdict?: string;
}

interface UpdateLine {
  readonly target: string;
  readonly state: string;
  readonly sinceMs: number;
  readonly beganMs: number;
  readonly progress?: { readonly bytes: number; readonly of: number };
  readonly reason?: { readonly code: string; readonly message: string };
  readonly shadow?: ShadowState;
}

/** `lineside update` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('[status]', '`status` shows what was and is installed')
    .option('--from <dir>', 'install what a folder holds for this device, such as a USB stick')
    .option('--target <name>', 'with --from: only this release')
    .option('--no-wait', 'with --from: do not wait until it is over')
    .option('--no-carry', 'with --from: write nothing to the folder')
    .description(
      `Shows updates of models and configuration, or installs from a folder that lineside-collector release export-usb has written. A folder is verified exactly as if it had come by wire, and an audit record says that it was used. What the collector has not confirmed, pictures among it, and what is installed, is written to the folder, to be carried back to it: lineside-collector import-usb. Needs the running service. Ends with 1 where a release was refused or taken back. --json: status {configured, current, waiting, models, configuration, desired, history}; --from one line for each release when it is over, and {carried} with {folder, records, left, media} or {problem}.`,
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
  readonly carry: boolean;
}

const LOOK_MS = 500;
/** A slow stick is read before the service answers, and a device that proves a model may be busy for a while. */
const ANSWER_MS = 60_000;

async function update(context: Context, options: UpdateOptions, [what]: readonly string[]): Promise<ExitCode> {
  if (what !== undefined && what !== 'status') {
    throw new UsageError(`there is no ${what} of updates`, 'lineside update status, or lineside update --from DIR');
  }
  if (options.from === undefined) return status(context);
  const folder = resolve(context.io.cwd, options.from);
  try {
    const code = await install(context, options, folder);
    if (options.carry) await carry(context, folder);
    return code;
  } catch (error) {
    // Also where the folder holds nothing for this device: the way back is worth the journey.
    const isAnswered = error instanceof LinesideError && error.code !== 'service_not_running';
    if (isAnswered && options.carry) await carry(context, folder);
    throw error;
  }
}

async function install(
  context: Context,
  { target, wait }: Pick<UpdateOptions, 'target' | 'wait'>,
  folder: string,
): Promise<ExitCode> {
  const body = { action: 'install', from: folder, ...(target === undefined ? {} : { target }) };
  const sinceMs = context.io.clock.wallMs();
  const answer = await callService(context.dataDir, '/api/v1/updates', body, ANSWER_MS);
  const { accepted } = answer as { accepted: readonly string[] };
  if (!wait) {
    context.say({ accepted }, `accepted: ${accepted.join(', ')}. See: lineside update status`);
    return EXIT.ok;
  }
  return untilOver(context, accepted, sinceMs);
}

/** A stick with many pictures is slow. */
const CARRY_MS = 1_800_000;

/** A folder that cannot be written is no reason to call an update failed. */
async function carry(context: Context, folder: string): Promise<void> {
  try {
    const body = { action: 'carry', to: folder };
    const carried = (await callService(context.dataDir, '/api/v1/updates', body, CARRY_MS)) as Carried;
    const left = carried.left === 0 ? '' : `; ${carried.left} did not fit`;
    const { files, left: kept } = carried.media;
    const pictures = `${files} pictures${kept === 0 ? '' : `; ${kept} stay here for want of space or time`}`;
    const text = `written to ${carried.folder}: ${carried.records} records that were not delivered${left}; ${pictures}`;
    context.say({ carried }, text);
  } catch (error) {
    if (!(error instanceof LinesideError)) throw error;
    const problem = error.message;
    context.say({ carried: { problem } }, `nothing was written to ${folder}: ${problem}`);
  }
}

interface Carried {
  readonly folder: string;
  readonly records: number;
  readonly left: number;
  readonly media: { readonly files: number; readonly bytes: number; readonly left: number };
}

async function untilOver(context: Context, accepted: readonly string[], sinceMs: number): Promise<ExitCode> {
  const left = new Set(accepted);
  let ok = true;
  while (left.size > 0) {
    const answer = await callService(context.dataDir, '/api/v1/updates', undefined, ANSWER_MS);
    const { history } = answer as UpdatesAnswer;
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
  const { current, waiting, models, history, configured, configuration, desired } = answer;
  const lines = [
    configured ? undefined : 'No updates are configured (updates: in the configuration).',
    current === null ? undefined : `now      ${line(current)}`,
    ...waiting.map((target) => `waiting  ${target}`),
    desired === null ? undefined : `wanted   ${desiredText(desired)}`,
    ...Object.entries(models).map(([id, model]) => `model    ${id} ${modelText(model)}`),
    configuration === null ? undefined : `config   ${configuration.version}${changedText(configuration.changed)}`,
    ...history.map((one) => `before   ${line(one)}`),
  ].filter((text) => text !== undefined);
  context.say(answer, lines.length === 0 ? 'Nothing was installed, and nothing is wanted.' : lines.join('\n'));
  return EXIT.ok;
}

function desiredText({ revision, state, reason, refused }: DesiredState): string {
  const why = reason === undefined ? '' : `: ${reason}`;
  const older = refused === undefined ? '' : ` (revision ${refused.revision} was refused: ${refused.reason})`;
  return `revision ${revision}, ${state.replaceAll('_', ' ')}${why}${older}`;
}

function modelText({ version, bundle, before }: InstalledModel): string {
  const back = before === null ? '' : `; lineside model rollback goes back to ${before.bundle ?? 'the catalog'}`;
  return `${version ?? ''} (${bundle})${back}`;
}

function changedText(isChanged: boolean): string {
  return isChanged ? ', changed on this device since: a release of it is a conflict (updates.onLocalChange)' : '';
}

function shadowText({ results, differing, steady, found, added, unsteady, pictures, verdict }: ShadowState): string {
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(1)} %`;
  const words = verdict === undefined ? 'in shadow' : `in shadow: ${verdict.replaceAll('_', ' ')}`;
  return `${words}, ${results} frames compared, ${differing} differing, ${found} of ${steady} steady sightings found, ${added} added, unsteady ${percent(unsteady.candidate)} (before ${percent(unsteady.current)}), ${pictures} pictures`;
}

function line({ target, state, sinceMs, progress, reason, shadow }: UpdateLine): string {
  const how = progress === undefined ? '' : ` ${Math.floor((100 * progress.bytes) / Math.max(1, progress.of))} %`;
  const why = reason === undefined ? '' : `: ${reason.message}`;
  const beside = shadow === undefined ? '' : `\n         ${shadowText(shadow)}`;
  return `${target}  ${state.replaceAll('_', ' ')}${how} since ${new Date(sinceMs).toISOString()}${why}${beside}`;
}
