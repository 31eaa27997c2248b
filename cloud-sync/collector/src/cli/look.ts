import { InvalidArgumentError, type Command } from 'commander';
import { CODE_PATTERN, codesOf, EVENT_KINDS } from '@lineside/protocol';
import { describeProblem, eventJson, verifyChains, type Finding } from '../records/index.ts';
import { DataLock, readRuntimeInfo } from '../runtime/index.ts';
import { EXIT, say, sayJson, table, when } from './io.ts';
import { configOf, existingStore, withStore } from './options.ts';

/** Commands that read the store, whether a collector runs on it or not. */
export function addLook(program: Command, exit: (code: number) => void): void {
  addStatus(program, exit);
  addGaps(program, exit);
  addEvents(program, exit);
  addVerify(program, exit);
}

function addStatus(program: Command, exit: (code: number) => void): void {
  program
    .command('status')
    .description(
      `What is stored, by device and stream, and what is wrong. --json: one line {running, page?, broker?, totals, streams}.
Exits with 1 when numbers are missing, a chain is broken or records came again changed.`,
    )
    .addHelpText('after', '\nExample:\n  lineside-collector status --data ./cloud')
    .action(async (_options: unknown, command: Command) => {
      const { json, config } = configOf(command);
      const [totals, streams] = await withStore(existingStore(config), async (store) => [
        await store.records.totals(),
        await store.records.streams(),
      ]);
      const running = DataLock.isTaken(config.data);
      const where = running ? readRuntimeInfo(config.data) : undefined;
      if (json) sayJson({ running, ...(where && { page: where.http, broker: where.mqtt }), totals, streams });
      else {
        say(`Collector ${running ? 'runs' : 'does not run'} on ${config.data}`);
        if (where !== undefined) say(`  page    ${where.http}/\n  broker  ${where.mqtt}\n`);
        const rows = streams.map((row) => [
          ...[row.device, row.epoch.slice(0, 8), row.stream, String(row.stored)],
          ...[String(row.upto), String(row.missing), String(row.declaredLost)],
        ]);
        say(table([['DEVICE', 'EPOCH', 'STREAM', 'STORED', 'UP TO', 'MISSING', 'DECLARED LOST'], ...rows]));
        say(
          `${totals.gapsOpen} open gaps, ${totals.chainBreaks} chain breaks, ${totals.conflicts} conflicts, ${totals.media} pictures`,
        );
      }
      exit(totals.missing + totals.chainBreaks + totals.conflicts === 0 ? EXIT.ok : EXIT.failed);
    });
}

function addGaps(program: Command, exit: (code: number) => void): void {
  program
    .command('gaps')
    .option('--all', 'also those that were filled or declared lost')
    .description(
      'Ranges of missing records, chain breaks and conflicts. --json: one line {gaps, chainBreaks, conflicts, signatures}.\nExits with 1 while a gap is open.',
    )
    .addHelpText('after', '\nExample:\n  lineside-collector gaps --all --data ./cloud')
    .action(async (options: { all?: boolean }, command: Command) => {
      const { json, config } = configOf(command);
      const [gaps, chainBreaks, conflicts, signatures] = await withStore(existingStore(config), async (store) => [
        await store.gaps.list(options.all === true ? undefined : 'open', 1000),
        await store.records.chainBreaks(1000),
        await store.records.conflicts(1000),
        await store.records.signatureProblems(1000),
      ]);
      if (json) sayJson({ gaps, chainBreaks, conflicts, signatures });
      else {
        const rows = gaps.map((gap) => [
          ...[gap.device, gap.stream, `${gap.first}..${gap.last}`, gap.state, String(gap.missing)],
          ...[String(gap.requests), when(gap.openedAtMs)],
        ]);
        say(
          rows.length === 0
            ? 'No gaps.'
            : table([['DEVICE', 'STREAM', 'NUMBERS', 'STATE', 'MISSING', 'ASKED', 'SINCE'], ...rows]),
        );
        for (const { device, stream, seq, link, times } of chainBreaks) {
          say(`chain break: ${device} ${stream} at ${seq} (${link}), seen ${times} times`);
        }
        for (const problem of signatures) say(`signature: ${problem.device}: ${describeProblem(problem)}`);
        for (const { device, stream, seq, contentDiffers } of conflicts) {
          say(
            `conflict: ${device} ${stream} ${seq} came again with ${contentDiffers ? 'another content' : 'another history'}; the first is kept`,
          );
        }
      }
      exit(gaps.some(({ state }) => state === 'open') ? EXIT.failed : EXIT.ok);
    });
}

function addEvents(program: Command, exit: (code: number) => void): void {
  program
    .command('events')
    .description('Events of all lines.')
    .command('list')
    .option('--device <id>', 'only of this device')
    .option(
      '--kind <kind>',
      `only of this kind: ${codesOf(EVENT_KINDS).join(', ')}, or one that a newer device has`,
      parseKind,
    )
    .option('--limit <n>', 'at most N, newest first', parseLimit, 50)
    .description('Lists events, newest first. --json: one line per event.')
    .addHelpText('after', '\nExample:\n  lineside-collector events list --device line-1 --limit 10 --json')
    .action(async (options: { device?: string; kind?: string; limit: number }, command: Command) => {
      const { json, config } = configOf(command);
      const { items } = await withStore(existingStore(config), async (store) => store.records.events(options));
      if (json) for (const item of items) sayJson(eventJson(item));
      else {
        const rows = items.map((row) => [
          ...[when(row.openedAtMs), row.device, row.camera, row.kind, row.severity, row.label],
          ...[`${(row.durationMs / 1000).toFixed(1)}s`, row.closedAtMs === null ? 'open' : (row.reason ?? 'closed')],
        ]);
        say(table([['OPENED', 'DEVICE', 'CAMERA', 'KIND', 'SEVERITY', 'LABEL', 'LASTED', 'END'], ...rows]));
      }
      exit(EXIT.ok);
    });
}

function addVerify(program: Command, exit: (code: number) => void): void {
  program
    .command('verify')
    .description(
      `Walks the hash chain of every stored stream from its start: finds records that were changed, taken out or put in.
It cannot see a tail that was cut off together with its bookkeeping: compare the heads with \`lineside journal verify\`.
--json: one line {records, streams, findings}. Exits with 1 when anything is wrong.`,
    )
    .addHelpText('after', '\nExample:\n  lineside-collector verify --data ./cloud')
    .action(async (_options: unknown, command: Command) => {
      const { json, config } = configOf(command);
      const findings: Finding[] = [];
      const { records, streams } = await withStore(existingStore(config), async (store) => {
        const walk = verifyChains(store.chains);
        for (let step = await walk.next(); ; step = await walk.next()) {
          if (step.done === true) return step.value;
          findings.push(step.value);
        }
      });
      if (json) sayJson({ records, streams, findings });
      else {
        for (const { device, stream, problem, message } of findings) say(`${problem}: ${device} ${stream}: ${message}`);
        say(
          `${records} records in ${streams} streams: ${findings.length === 0 ? 'all chains fit' : `${findings.length} findings`}`,
        );
      }
      exit(findings.length === 0 ? EXIT.ok : EXIT.failed);
    });
}

function parseKind(text: string): string {
  if (CODE_PATTERN.test(text)) return text;
  throw new InvalidArgumentError(`Kinds are ${codesOf(EVENT_KINDS).join(', ')}.`);
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 10_000) return limit;
  throw new InvalidArgumentError('Write a whole number from 1 to 10000.');
}
