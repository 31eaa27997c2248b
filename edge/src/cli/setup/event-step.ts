import { existsSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runProgram, SupervisedProcess } from '@lineside/kit';
import { EVENT_KINDS, type Language, SEVERITIES, type Words } from '@lineside/protocol/vocabulary';
import type { EventSummary } from '../../events/reading.ts';
import { askService } from '../ask-service.ts';
import { CliError } from '../errors.ts';
import { withEvents } from '../event-filter.ts';
import { eventLine } from '../text/event-text.ts';
import { localTime } from '../text/time-text.ts';
import { CameraStarts } from './camera-starts.ts';
import type { SetupSession } from './session.ts';
import type { SetupTexts } from './texts.ts';

const LOOK_MS = 500;
const UNIT = '/etc/systemd/system/lineside.service';

/** How many times `--wait` the cameras may take until their first result: three minutes with its default, as systemd gives the service. */
const START_WAITS = 3;

/** What came of the test. */
export interface TestedEvent {
  readonly event?: EventSummary;
  /** Whether the collector has it; undefined without one. */
  readonly delivered?: boolean;
  /** Cameras that gave no result, so that nothing could be seen there. */
  readonly notSeeing?: readonly string[];
}

/** Runs the line until it made an event, and the event is at the collector where there is one. */
export async function eventStep(session: SetupSession): Promise<TestedEvent> {
  const { context, flags, texts } = session;
  const { io } = context;
  const { cameras, uplink } = session.config.config;
  const sinceMs = io.clock.wallMs();
  await using line = await startLine(session);
  session.say(`  ${texts.starts}`);
  const starts = new CameraStarts({
    ...{ cameras: cameras.map(({ id }) => id), language: session.language, states: texts.states },
    ...{ unheard: texts.unheard, startedMs: io.clock.monoMs(), startMs: START_WAITS * flags.wait, waitMs: flags.wait },
  });
  let event: EventSummary | undefined;
  let asked = false;
  while (io.clock.monoMs() < starts.deadlineMs) {
    io.signal.throwIfAborted();
    line.check();
    const status = await askService(context.dataDir);
    const news = starts.follow(status?.cameras, io.clock.monoMs());
    if (news !== undefined) session.say(`  ${news}`);
    if (starts.anySaw && !asked) session.say(`  ${texts.waiting(Math.round(flags.wait / 1000))}`);
    asked = starts.anySaw;
    event ??= status === undefined ? undefined : await newestSince(session, sinceMs);
    const acked = status?.journal.streams.find(({ stream }) => stream === 'events')?.acked ?? 0;
    if (event !== undefined && uplink === undefined) return report(session, { event });
    if (event !== undefined && acked >= event.lastSeq) return report(session, { event, delivered: true });
    await sleep(LOOK_MS, undefined, { signal: io.signal });
  }
  if (event !== undefined) return report(session, { event, delivered: false });
  if (starts.anySaw) session.say(`  ${texts.noEvent}`);
  if (starts.notSeeing.length === 0) return {};
  const reasons = starts.notSeeing.map(({ camera, why }) => `${camera}: ${why}`).join('; ');
  session.say(`  ${texts.notSeeing(reasons)}\n  ${texts.todo}: lineside doctor`);
  return { notSeeing: starts.notSeeing.map(({ camera }) => camera) };
}

function report(session: SetupSession, tested: TestedEvent): TestedEvent {
  const { event, delivered } = tested;
  if (event !== undefined) session.say(`  ${session.texts.event}: ${eventText(event, session.language)}`);
  if (delivered === true) session.say(`  ${session.texts.delivered}`);
  if (delivered === false) session.say(`  ${session.texts.notDelivered}`);
  return tested;
}

function eventText(event: EventSummary, language: Language): string {
  if (language === 'en') return eventLine(event);
  const { severity, kind, label, camera, zone, openedAtMs } = event;
  const place = zone === undefined ? camera : `${camera}/${zone}`;
  // One of a newer version has no words here.
  const kinds: Readonly<Record<string, Words>> = EVENT_KINDS;
  const words = [SEVERITIES[severity][language], kinds[kind]?.[language] ?? kind, label, place];
  return `${event.event}  ${localTime(openedAtMs)}  ${words.join(', ')}`;
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
    session.say(`  ${session.texts.serviceRuns}`);
    return nothing;
  }
  if (isOfService(dataDir, session.texts)) {
    session.say(`  ${session.texts.starting}`);
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
      throw new CliError('line_ended', session.texts.lineEnded(last), 'lineside doctor');
    },
    [Symbol.asyncDispose]: async () => {
      await child.terminate();
    },
  };
}

/** Whether the data folder is that of the installed service, whose files must not become root's. */
function isOfService(dataDir: string, texts: SetupTexts): boolean {
  if (!existsSync(dataDir) || statSync(dataDir).uid === process.getuid?.()) return false;
  if (existsSync('/run/systemd/system') && existsSync(UNIT)) return true;
  throw new CliError('data_of_another_user', texts.dataOfAnother(dataDir), texts.asItsUser);
}
