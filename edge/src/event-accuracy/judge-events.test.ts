import { describe, expect, it } from 'vitest';
import type { Box } from '../domain/index.ts';
import { accuracyFigures } from './accuracy-figures.ts';
import { type JudgedRecording, judgeEvents, type Judgement } from './judge-events.ts';
import type { ReportedEvent, TrueEvent } from './true-event.ts';

const RECORDING: JudgedRecording = { recordedMs: 600_000, ruleDelayMs: 5_000, clearAfterMs: 10_000 };
const HERE: Box = [100, 100, 200, 200];
const ELSEWHERE: Box = [400, 100, 500, 200];

function truth(fromSeconds: number, toSeconds: number, more: Partial<TrueEvent> = {}): TrueEvent {
  const [startMs, endMs] = [fromSeconds * 1000, toSeconds * 1000];
  const times = { startMs, endMs, inspectableFromMs: startMs, inspectableToMs: endMs };
  return { id: `true-${fromSeconds}`, camera: 'floor', kind: 'sanitation', label: 'spill', ...times, ...more };
}

function report(
  openedSeconds: number,
  closedSeconds: number | undefined,
  more: Partial<ReportedEvent> = {},
): ReportedEvent {
  const closed = closedSeconds === undefined ? {} : { closedMs: closedSeconds * 1000 };
  const what = { camera: 'floor', kind: 'sanitation', rule: 'spill', label: 'spill' };
  return { id: `report-${openedSeconds}`, ...what, openedMs: openedSeconds * 1000, ...closed, ...more };
}

function counts({ matched, missed, doubles, wrong, optional, unclosed, mislabelled }: Judgement): object {
  const all = { matched, missed, doubles, wrong, optional, unclosed, mislabelled };
  return Object.fromEntries(Object.entries(all).flatMap(([name, { length }]) => (length > 0 ? [[name, length]] : [])));
}

describe('the judge of events', () => {
  it('matches a report that opens after the delay of its rule and closes after its clearing time', () => {
    const judgement = judgeEvents([truth(20, 40)], [report(25, 50)], RECORDING);
    expect(counts(judgement)).toEqual({ matched: 1 });
    expect(judgement.matched[0]?.lateMs).toBe(0);
  });

  it.each<[string, TrueEvent[], ReportedEvent[], object]>([
    ['misses what nobody reports', [truth(20, 40)], [], { missed: 1 }],
    ['calls a report of nothing wrong', [], [report(25, 50)], { wrong: 1 }],
    [
      'calls the second report of one event a double',
      [truth(20, 60)],
      [report(25, 30), report(40, 70)],
      { matched: 1, doubles: 1 },
    ],
    [
      'calls the second of two reports at the same moment a double',
      [truth(20, 60)],
      [report(25, 70), report(25, 70, { id: 'again' })],
      { matched: 1, doubles: 1 },
    ],
    [
      'does not match a report from before the condition began',
      [truth(20, 40)],
      [report(15, 45)],
      { missed: 1, wrong: 1 },
    ],
    [
      'does not match a report that opens sooner than its rule may',
      [truth(20, 40)],
      [report(22, 50)],
      { missed: 1, wrong: 1 },
    ],
    [
      'does not match a report that opens after the condition ended',
      [truth(20, 40)],
      [report(43, 60)],
      { missed: 1, wrong: 1 },
    ],
    ['accepts half a second early', [truth(20, 40)], [report(24.6, 50)], { matched: 1 }],
    ['accepts an opening within a second of the end', [truth(20, 40)], [report(40.9, 50)], { matched: 1 }],
    ['does not match another camera', [truth(20, 40)], [report(25, 50, { camera: 'belt' })], { missed: 1, wrong: 1 }],
    [
      'does not match another kind',
      [truth(20, 40)],
      [report(25, 50, { kind: 'quality_issue' })],
      { missed: 1, wrong: 1 },
    ],
    [
      'does not match another zone than the truth names',
      [truth(20, 40, { zone: 'dock' })],
      [report(25, 50, { zone: 'aisle' })],
      { missed: 1, wrong: 1 },
    ],
    [
      'does not match a report without a zone where the truth names one',
      [truth(20, 40, { zone: 'dock' })],
      [report(25, 50)],
      { missed: 1, wrong: 1 },
    ],
    [
      'does not match a report about another place in the picture',
      [truth(20, 40, { boxAt: () => HERE })],
      [report(25, 50, { box: ELSEWHERE })],
      { missed: 1, wrong: 1 },
    ],
    ['counts an event that is never closed', [truth(20, 40)], [report(25, undefined)], { matched: 1, unclosed: 1 }],
    ['counts an event that is closed far too late', [truth(20, 40)], [report(25, 90)], { matched: 1, unclosed: 1 }],
    [
      'counts an event with another label',
      [truth(20, 40)],
      [report(25, 50, { label: 'litter' })],
      { matched: 1, mislabelled: 1 },
    ],
    ['neither demands nor forbids what is too short for the rule', [truth(20, 24)], [], { optional: 1 }],
    ['demands nothing that can be judged only after the recording', [truth(598, 700)], [], { optional: 1 }],
  ])('%s', (_, truths, reports, expected) => {
    expect(counts(judgeEvents(truths, reports, RECORDING))).toEqual(expected);
  });

  it('does not let one report that never closes stand for a second event', () => {
    const judgement = judgeEvents([truth(20, 40), truth(100, 120)], [report(25, undefined)], RECORDING);
    expect(counts(judgement)).toEqual({ matched: 1, missed: 1, unclosed: 1 });
  });

  it('gives two people at the same time one report each, by their place in the picture', () => {
    const truths = [
      truth(20, 60, { id: 'left', boxAt: () => HERE }),
      truth(20, 60, { id: 'right', boxAt: () => ELSEWHERE }),
    ];
    const reports = [report(25, 70, { id: 'b', box: ELSEWHERE }), report(25, 70, { id: 'a', box: HERE })];
    const { matched } = judgeEvents(truths, reports, RECORDING);
    expect(matched.map((match) => `${match.truth.id} ${match.report.id}`)).toEqual(['left a', 'right b']);
  });

  it('does not pass two reports of one person off as reports of two', () => {
    const truths = [truth(20, 60, { boxAt: () => HERE }), truth(20, 60, { id: 'other', boxAt: () => ELSEWHERE })];
    const reports = [report(25, 70, { box: HERE }), report(26, 70, { id: 'again', box: HERE })];
    expect(counts(judgeEvents(truths, reports, RECORDING))).toEqual({ matched: 1, missed: 1, doubles: 1 });
  });

  it('matches as many events as can be matched, also where the nearest report of one is the only one of another', () => {
    const truths = [truth(20, 60), truth(30, 38)];
    const reports = [report(36, 50), report(50, 70)];
    // 36 s is nearer to the first than 50 s is, but the second cannot have 50 s.
    expect(counts(judgeEvents(truths, reports, RECORDING))).toEqual({ matched: 2 });
  });

  it('gives a report to an event that is demanded before one that is optional', () => {
    const judgement = judgeEvents([truth(20, 25.2), truth(18, 60)], [report(25.1, 70)], RECORDING);
    expect(counts(judgement)).toEqual({ matched: 1, optional: 1 });
    expect(judgement.matched[0]?.truth.id).toBe('true-18');
  });

  it('counts the delay from when the subject can be judged, not from when it begins to come into view', () => {
    const late = truth(20, 60, { inspectableFromMs: 24_000 });
    expect(judgeEvents([late], [report(30, 70)], RECORDING).matched[0]?.lateMs).toBe(1_000);
  });

  it('puts every report and every true event into exactly one list', () => {
    const truths = [truth(20, 40), truth(60, 80), truth(100, 103), truth(200, 230)];
    const reports = [report(25, 50), report(30, 50), report(66, 90), report(150, 160), report(205.5, undefined)];
    const { matched, missed, doubles, wrong, optional } = judgeEvents(truths, reports, RECORDING);
    expect(matched.length + missed.length + optional.length).toBe(truths.length);
    expect(matched.length + doubles.length + wrong.length).toBe(reports.length);
  });
});

describe('figures of judgements', () => {
  it('are those of all events together, with doubles counted against precision', () => {
    const one = judgeEvents([truth(20, 60), truth(100, 130)], [report(25, 40), report(45, 70)], RECORDING);
    const other = judgeEvents([truth(20, 60)], [report(26, 70), report(300, 320)], RECORDING);
    expect(accuracyFigures([one, other])).toMatchObject({
      truth: 3,
      matched: 2,
      missed: 1,
      wrong: 1,
      doubles: 1,
      precision: 2 / 4,
      recall: 2 / 3,
      delayP50Ms: 0,
      delayP95Ms: 1_000,
    });
  });

  it('are null where there was nothing to count', () => {
    expect(accuracyFigures([])).toMatchObject({ truth: 0, precision: null, recall: null, delayP95Ms: null });
  });
});
