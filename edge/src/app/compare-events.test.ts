import { describe, expect, it } from 'vitest';
import { compareEvents, foldReplay, type ReplayedEvent } from './compare-events.ts';
import type { ReplayEvent } from './options.ts';

const event = (openedMs: number, more: Partial<ReplayedEvent> = {}): ReplayedEvent => ({
  ...{ camera: 'belt', kind: 'quality_issue', rule: 'defects', label: 'defect', severity: 'warning' },
  ...{ openedMs, closedMs: openedMs + 2000, ...more },
});

describe('the comparison of two replays', () => {
  it('has no changes where the events are the same, within a frame', () => {
    const events = [event(1000), event(9000, { track: 4 })];
    expect(compareEvents(events, [event(1040), event(9000, { track: 4 })])).toEqual({ changes: [], unchanged: 2 });
  });

  it('reports what is added and what is removed, in the order of time', () => {
    const { changes, unchanged } = compareEvents([event(1000), event(30_000)], [event(1000), event(15_000)]);
    expect(unchanged).toBe(1);
    expect(changes.map(({ change }) => change)).toEqual(['added', 'removed']);
  });

  it('reports an event that opens at another time or with another severity as changed', () => {
    const { changes } = compareEvents(
      [event(1000, { track: 7 })],
      [event(2200, { track: 7, closedMs: 3000, severity: 'critical' })],
    );
    expect(changes).toMatchObject([{ change: 'changed', fields: ['opened', 'severity'] }]);
  });

  it('matches by the track before the time, and never one event twice', () => {
    const before = [event(1000, { track: 1 }), event(1200, { track: 2 })];
    const after = [event(1100, { track: 2 }), event(1300, { track: 1 }), event(1150)];
    const { changes, unchanged } = compareEvents(before, after);
    expect(unchanged).toBe(0);
    expect(changes.filter(({ change }) => change === 'changed')).toMatchObject([
      { before: { track: 1 }, after: { track: 1 } },
      { before: { track: 2 }, after: { track: 2 } },
    ]);
    expect(changes.filter(({ change }) => change === 'added')).toHaveLength(1);
  });

  it('does not match events of other cameras, kinds or labels, nor those far apart', () => {
    const others = [
      { camera: 'gate' },
      { kind: 'sanitation' },
      { label: 'spill' },
      { openedMs: 20_000, closedMs: 21_000 },
    ];
    for (const other of others) {
      expect(compareEvents([event(1000)], [event(1000, other)]).changes).toHaveLength(2);
    }
  });

  it('reads the events out of their transitions', () => {
    const at = (atMs: number, phase: string, more: object = {}): ReplayEvent =>
      ({
        ...{ event: 'e1', camera: 'belt', atMs },
        output: {
          phase,
          key: '1',
          rule: 'defects',
          kind: 'quality_issue',
          label: 'defect',
          severity: 'warning',
          ...more,
        },
      }) as unknown as ReplayEvent;
    expect(
      foldReplay([at(100, 'opened', { track: 3 }), at(200, 'updated'), at(900, 'closed', { reason: 'cleared' })]),
    ).toEqual([event(100, { track: 3, closedMs: 900, reason: 'cleared' })]);
  });
});
