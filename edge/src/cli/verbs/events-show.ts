import type { Command } from 'commander';
import type { EventSummary, Transition } from '../../events/reading.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { CliError } from '../errors.ts';
import { withEvents } from '../event-filter.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { eventLine, transitionLine } from '../text/event-text.ts';

/** `lineside events show` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<id>', 'id of the event, or its beginning')
    .addHelpText('after', examples('lineside events show 0198c2f0'))
    .action(action(registry, show));
}

async function show(context: Context, _options: object, [id = '']: readonly string[]): Promise<ExitCode> {
  const found = await withEvents(context, async (reader) => {
    const shown = reader.show(id);
    return shown === undefined ? undefined : { ...shown, clips: reader.clips(shown.event.event) };
  });
  if (found === undefined) {
    throw new CliError('event_unknown', `no event, or more than one, begins with ${id}`, 'lineside events list');
  }
  const { evidenceFolder, evidencePath } = await import('../../evidence/index.ts');
  const folder = evidenceFolder(context.dataDir);
  const pictures = found.event.snapshots.map((sha256) => ({ sha256, path: evidencePath(folder, sha256) }));
  const clips = found.clips.map((sha256) => ({ sha256, path: evidencePath(folder, sha256, 'clip') }));
  context.say({ ...found, pictures, clips }, textOf(found.event, found.transitions, { pictures, clips }));
  return EXIT.ok;
}

function textOf(
  event: EventSummary,
  transitions: readonly Transition[],
  files: Readonly<Record<'pictures' | 'clips', readonly { readonly path: string }[]>>,
): string {
  const model = event.model === undefined ? [] : [`model     ${event.model.id} ${event.model.sha256.slice(0, 12)}`];
  const details = event.details === undefined ? [] : [`details   ${JSON.stringify(event.details)}`];
  return [
    eventLine(event),
    `rule      ${event.rule}`,
    ...(event.score === undefined ? [] : [`score     ${event.score.toFixed(2)}`]),
    ...model,
    ...(event.degraded ? ['degraded  some of its results came from a degraded model'] : []),
    ...details,
    ...transitions.map((transition) => `record ${transition.seq}  ${transitionLine(transition)}`),
    ...files.pictures.map(({ path }) => `snapshot  ${path}`),
    ...files.clips.map(({ path }) => `clip      ${path}`),
  ].join('\n');
}
