import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { silentLogger } from '@lineside/kit';
import { EventTable } from '../edge/src/events/index.ts';
import { openTestJournal } from '../tests/support/test-journal.ts';
import { ordinaryEvents } from '../tests/support/ordinary-events.ts';
import { type Bench, type BenchOptions, type Column, loadNote, type Report, type Row, spreadOver } from './report.ts';

const LINESIDE = fileURLToPath(new URL('../edge/bin/lineside.js', import.meta.url));
const BUILT = fileURLToPath(new URL('../edge/dist/cli/index.js', import.meta.url));
const EVENTS = 100;

const COLUMNS: readonly Column[] = [
  { key: 'program' },
  { key: 'cpuMs', digits: 0 },
  { key: 'timesBareNode', digits: 1 },
];

/** CPU time (user and system, all threads) from the start of a command to its end, beside bare Node. */
export const startup: Bench = {
  name: 'startup',
  what: 'CPU time of short commands, from start to end, beside Node without a program',
  run,
};

async function run({ quick, signal, log }: BenchOptions): Promise<Report> {
  if (!existsSync(BUILT)) throw new Error('startup measures the built program: npm run build');
  const rounds = quick ? 9 : 41;
  const before = loadavg()[0] ?? 0;
  const data = await mkdtemp(join(tmpdir(), 'lineside-startup-'));
  try {
    writeJournal(data);
    const programs: readonly (readonly [string, readonly string[]])[] = [
      ['node -e 0', ['-e', '0']],
      ['lineside --version', [LINESIDE, '--version']],
      ['lineside --help', [LINESIDE, '--help']],
      [`lineside events list (${EVENTS} events)`, [LINESIDE, 'events', 'list', '--data', data]],
      ['lineside sync status (no service)', [LINESIDE, 'sync', 'status', '--data', data]],
      ['lineside model import --help', [LINESIDE, 'model', 'import', '--help']],
    ];
    const taken: Row[] = [];
    // The first round fills the file cache and does not count.
    for (let round = 0; round <= rounds; round++) {
      let bareMs = Number.NaN;
      for (const [program, args] of programs) {
        const cpuMs = await cpuMsOf(args, signal);
        if (program === 'node -e 0') bareMs = cpuMs;
        if (round > 0) taken.push({ program, cpuMs, timesBareNode: cpuMs / bareMs });
      }
      if (round % 10 === 0) log(`startup: ${round} of ${rounds} rounds`);
    }
    const rows = programs.map(([program]) => ({
      ...spreadOver(
        taken.filter((row) => row['program'] === program),
        COLUMNS,
      ),
      program,
    }));
    return {
      bench: startup.name,
      what: startup.what,
      columns: COLUMNS,
      rows,
      rounds: taken,
      notes: [`Median of ${rounds} rounds, lowest and highest in brackets, programs in turn.`, loadNote(before)],
    };
  } finally {
    await rm(data, { recursive: true, force: true });
  }
}

function writeJournal(data: string): void {
  const journal = openTestJournal(data);
  EventTable.open(journal, silentLogger);
  const events = ordinaryEvents(1);
  const written = new Set<unknown>();
  while (written.size < EVENTS) {
    const { value: entries } = events.next();
    for (const { body } of entries) if ('event' in body) written.add(body.event);
    journal.append([...entries]);
  }
  journal.close();
}

/** bash reports the CPU time of what it waited for in milliseconds; Node has no call for that of a child. */
async function cpuMsOf(args: readonly string[], signal: AbortSignal): Promise<number> {
  const script = 'TIMEFORMAT="%3U %3S"; time "$@" > /dev/null';
  const { stderr } = await promisify(execFile)('bash', ['-c', script, 'bash', process.execPath, ...args], { signal });
  const [user, system] = (stderr.trim().split('\n').at(-1) ?? '').split(' ').map(Number);
  if (user === undefined || system === undefined || Number.isNaN(user + system)) throw new Error(stderr);
  return 1000 * (user + system);
}
