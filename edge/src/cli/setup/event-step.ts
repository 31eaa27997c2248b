import { existsSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, SupervisedProcess } from '@lineside/kit';
import type { EventSummary } from '../../events/reading.ts';
import { askService } from '../ask-service.ts';
import { CliError } from '../errors.ts';
import { withEvents } from '../event-filter.ts';
import { eventLine } from '../text/event-text.ts';
import type { SetupSession } from './session.ts';

const LOOK_MS = 500;
const UNIT = '/etc/systemd/system/lineside.service';

/** What came of the test. */
export interface TestedEvent {
  readonly event?: EventSummary;
  /** Whether the collector has it; undefined without one. */
  readonly delivered?: boolean;
}

/** Runs the line until it made an event, and the event is at the collector where there is one. */
export async function eventStep(session: SetupSession): Promise<TestedEvent> {
  const { context, flags } = session;
  const { io } = context;
  const sinceMs = io.clock.wallMs();
  await using line = await startLine(session);
  session.say(
    `  show a camera what must not be; waiting for an event for up to ${Math.round(flags.wait / 1000)} s ...`,
  );
  const deadline = io.clock.monoMs() + flags.wait;
  let event: EventSummary | undefined;
  let state = '';
  while (io.clock.monoMs() < deadline) {
    io.signal.throwIfAborted();
    line.check();
    const status = await askService(context.dataDir);
    const now =
      status === undefined ? '' : status.cameras.map(({ id, inspecting }) => `${id} ${inspecting}`).join(', ');
    if (now !== state && now !== '') session.say(`  ${now}`);
    state = now;
    event ??= status === undefined ? undefined : await newestSince(session, sinceMs);
    const acked = status?.journal.streams.find(({ stream }) => stream === 'events')?.acked ?? 0;
    if (event !== undefined && session.config.config.uplink === undefined) return report(session, { event });
    if (event !== undefined && acked >= event.lastSeq) return report(session, { event, delivered: true });
    await sleep(LOOK_MS, undefined, { signal: io.signal });
  }
  if (event !== undefined) return report(session, { event, delivered: false });
  session.say('  no event: the cameras are inspected, and nothing was seen that a rule forbids');
  return {};
}

function report(session: SetupSession, tested: TestedEvent): TestedEvent {
  const { event, delivered } = tested;
  if (event !== undefined) session.say(`  event: ${eventLine(event)}`);
  if (delivered === true) session.say('  the collector has it');
  if (delivered === false) session.say('  it is kept here and not yet at the collector: lineside doctor says why');
  return tested;
}

/** An event of a rule about what is seen; not one about the state of a camera. */
async function newestSince(session: SetupSession, sinceMs: number): Promise<EventSummary | undefined> {
  return withEvents(session.context, async (reader) =>
    Promise.resolve(reader.list(20, { since: sinceMs }).find(({ ruleType }) => ruleType !== 'camera_health')),
  );
}

interface Running extends AsyncDisposable {
  /** Throws where the line has ended. */
  check(): void;
}

/** The service where it runs or can be started, else a line of this command's own, which ends with it. */
async function startLine(session: SetupSession): Promise<Running> {
  const { context } = session;
  const { io, dataDir, configPath } = context;
  const nothing = { check: () => undefined, [Symbol.asyncDispose]: () => Promise.resolve() };
  if ((await askService(dataDir)) !== undefined) {
    session.say('  the service runs and takes the new configuration by itself');
    return nothing;
  }
  if (isOfService(dataDir)) {
    session.say('  starting the service');
    await runProgram('systemctl', ['restart', 'lineside'], { timeoutMs: 200_000, signal: io.signal });
    return nothing;
  }
  const [script = ''] = process.argv.slice(1);
  const own = ['run', '--config', configPath, '--data', dataDir];
  const child = new SupervisedProcess({
    ...{ command: process.execPath, args: [...process.execArgv, script, ...own], stdout: 'pipe' },
    env: { ...process.env },
    signal: io.signal,
  });
  return {
    check: () => {
      if (child.exit === undefined) return;
      const last = child.stderr.trim().split('\n').slice(-3).join('\n');
      throw new CliError('line_ended', `the line did not run: ${last}`, 'lineside doctor');
    },
    [Symbol.asyncDispose]: async () => {
      await child.terminate();
    },
  };
}

/** Whether the data folder is that of the installed service, whose files must not become root's. */
function isOfService(dataDir: string): boolean {
  if (!existsSync(dataDir) || statSync(dataDir).uid === process.getuid?.()) return false;
  if (existsSync('/run/systemd/system') && existsSync(UNIT)) return true;
  throw new CliError(
    'data_of_another_user',
    `${dataDir} belongs to another user, and no service runs`,
    'start the service, or run this as its user: sudo -u lineside lineside setup',
  );
}
