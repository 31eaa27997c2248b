import { type Logger, silentLogger, systemClock } from '@lineside/kit';
import { describe, expect, it, vi } from 'vitest';
import { waitFor } from '../../../tests/support/wait-for.ts';
import type { LineEvent } from '../domain/index.ts';
import { type PlantConnection, PlantSignals, plantUrlProblem } from './index.ts';
import { LogConnection } from './log/log-connection.ts';

interface LogLine {
  readonly level: 'info' | 'error';
  readonly facts: object;
  readonly message: string;
}

function recordingLog(lines: LogLine[]): Logger {
  const log: Logger = {
    ...silentLogger,
    info: (facts, message) => void lines.push({ level: 'info', facts, message }),
    error: (facts, message) => void lines.push({ level: 'error', facts, message }),
    child: () => log,
  };
  return log;
}

const EVENT: LineEvent = {
  event: '018f-event',
  camera: 'packing',
  output: {
    ...{ phase: 'opened', key: '1', rule: 'helmets', ruleType: 'ppe', kind: 'personnel_violation' },
    ...{ severity: 'warning', label: 'person', durationMs: 2_000 },
  },
};

describe('the log connection', () => {
  it('writes one line per signal with what the plant would receive', async () => {
    const lines: LogLine[] = [];
    const plant = new PlantSignals({
      ...{ targets: [{ url: () => 'log:', shown: 'log:' }], clock: systemClock, log: recordingLog(lines) },
    });
    const stop = new AbortController();
    const running = plant.run(stop.signal);
    await waitFor('the signal in the log', () => {
      plant.raise(EVENT);
      return lines.some(({ level }) => level === 'info');
    });
    const facts = { event: '018f-event', camera: 'packing', phase: 'opened', rule: 'helmets', severity: 'warning' };
    expect(lines.find(({ level }) => level === 'info')).toMatchObject({ message: 'plant signal', facts });
    stop.abort();
    await running;
  });
});

describe('PlantSignals', () => {
  it('logs a signal that is not confirmed in time, and does not make the caller wait', async () => {
    const lines: LogLine[] = [];
    const prototype: PlantConnection = LogConnection.prototype;
    const [run, send] = [vi.spyOn(prototype, 'run'), vi.spyOn(prototype, 'send')];
    const given: AbortSignal[] = [];
    send.mockImplementation((_event, signal) => {
      given.push(signal);
      return new Promise(() => undefined);
    });
    const plant = new PlantSignals({
      ...{
        targets: [{ url: () => 'log:', shown: 'log:' }],
        clock: systemClock,
        log: recordingLog(lines),
        deliveryMs: 50,
      },
    });
    const stop = new AbortController();
    const running = plant.run(stop.signal);
    await waitFor('the connection to be open', () => run.mock.calls.length > 0);
    plant.raise(EVENT);
    expect(lines).toEqual([]);
    await waitFor('the line in the log', () => lines.length > 0);
    expect(lines[0]).toMatchObject({ level: 'error', facts: { error: 'no confirmation within 50 ms' } });
    expect(given[0]?.aborted).toBe(true);
    stop.abort();
    await running;
    vi.restoreAllMocks();
  });

  it('logs a signal that is raised before the connection is open', async () => {
    const lines: LogLine[] = [];
    const plant = new PlantSignals({
      ...{ targets: [{ url: () => 'log:', shown: 'log:' }], clock: systemClock, log: recordingLog(lines) },
    });
    plant.raise(EVENT);
    await waitFor('the line in the log', () => lines.length > 0);
    expect(lines[0]).toMatchObject({ level: 'error', facts: { error: 'the connection is not open yet', count: 1 } });
  });

  it('signals nothing and runs until it is stopped when no connection is configured', async () => {
    const plant = new PlantSignals({ targets: [], clock: systemClock, log: silentLogger });
    plant.raise(EVENT);
    const stop = new AbortController();
    const running = plant.run(stop.signal);
    stop.abort();
    await expect(running).resolves.toBeUndefined();
  });
});

it.each([
  ['log:', undefined],
  ['LOG:', undefined],
  ['log:file', 'has more than the scheme: write log:'],
  ['opc.tcp://plc:4840', 'has no known scheme, known are log'],
  ['nowhere', 'has no known scheme, known are log'],
])('the problem of the plant URL %s is %s', (url, problem) => {
  expect(plantUrlProblem(url)).toBe(problem);
});
