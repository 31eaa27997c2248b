import type { Command } from 'commander';
import type { describeProblem } from '../../records/index.ts';
import type { CollectorStore } from '../../store/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';
import { table } from '../table.ts';
import { timeText } from '../time-text.ts';

const MAX_ROWS = 1000;

/** `lineside-collector gaps` */
export function configure(command: Command, registry: Registry): void {
  command
    .option('--all', 'also gaps that were filled or declared lost')
    .description(
      'Ranges of missing records, numbers that devices declared lost, chain breaks, conflicts and signature problems. --json: one line {gaps, chainBreaks, conflicts, signatures, losses}. Ends with 1 while a gap is open.',
    )
    .addHelpText('after', examples('lineside-collector gaps --all --data ./collector'))
    .action(action(registry, gaps));
}

async function gaps(context: Context, options: { readonly all?: boolean }): Promise<ExitCode> {
  const found = await context.withStore(await context.config(), async ({ gaps: store, records }) => ({
    gaps: await store.list(options.all === true ? undefined : 'open', MAX_ROWS),
    chainBreaks: await records.chainBreaks(MAX_ROWS),
    conflicts: await records.conflicts(MAX_ROWS),
    signatures: await records.signatureProblems(MAX_ROWS),
    losses: await records.losses(MAX_ROWS),
  }));
  const { describeProblem: describe } = await import('../../records/index.ts');
  context.say(found, textOf(found, describe));
  return found.gaps.some(({ state }) => state === 'open') ? EXIT.problems : EXIT.ok;
}

interface Found {
  readonly gaps: Awaited<ReturnType<CollectorStore['gaps']['list']>>;
  readonly chainBreaks: Awaited<ReturnType<CollectorStore['records']['chainBreaks']>>;
  readonly conflicts: Awaited<ReturnType<CollectorStore['records']['conflicts']>>;
  readonly losses: Awaited<ReturnType<CollectorStore['records']['losses']>>;
  readonly signatures: Awaited<ReturnType<CollectorStore['records']['signatureProblems']>>;
}

function textOf(found: Found, describe: typeof describeProblem): string {
  const rows = found.gaps.map((gap) => [
    ...[gap.device, gap.stream, `${gap.first}..${gap.last}`, gap.state, String(gap.missing)],
    ...[String(gap.requests), timeText(gap.openedAtMs)],
  ]);
  return [
    rows.length === 0
      ? 'No gaps.'
      : table([['DEVICE', 'STREAM', 'NUMBERS', 'STATE', 'MISSING', 'REQUESTS', 'OPENED AT'], ...rows]),
    ...found.losses.map(
      ({ device, epoch, stream, count, first, last, reason }) =>
        `declared lost: ${device} ${stream}: ${count} of ${first}..${last} in journal ${epoch} (${reason})`,
    ),
    ...found.chainBreaks.map(
      ({ device, stream, seq, link, times }) =>
        `chain break: ${device} ${stream} at ${seq} (${link}), seen ${times} times`,
    ),
    ...found.signatures.map((problem) => `signature: ${problem.device}: ${describe(problem)}`),
    ...found.conflicts.map(
      ({ device, stream, seq, contentDiffers }) =>
        `conflict: ${device} ${stream} ${seq} arrived again with ${contentDiffers ? 'other content' : 'another history'}; the first is kept`,
    ),
  ].join('\n');
}
