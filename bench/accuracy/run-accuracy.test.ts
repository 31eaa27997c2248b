import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ReportedEvent } from '../../edge/src/event-accuracy/index.ts';
import type { CellChoice } from './cells.ts';
import { accuracyMarkdown } from './markdown.ts';
import { type AccuracyTools, runAccuracy } from './run-accuracy.ts';
import type { AccuracyResult } from './result.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lineside-accuracy-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const CHOICE: CellChoice = { kinds: ['spill'], conditions: ['ordinary', 'dark'], seed: 7, secondsPerKind: 6000 };
const BOX = { label: 'spill', objectId: 'spill-0', x1: 100, y1: 100, x2: 200, y2: 160, visible: 1 };

/** Ten spills of 20 s, one a minute, of which the first has its place in the picture written down. */
const TRUTH = {
  incidents: Array.from({ length: 10 }, (_, k) => ({
    kind: 'sanitation',
    label: 'spill',
    objectId: `spill-${k}`,
    startSeconds: 60 * k,
    endSeconds: 60 * k + 20,
  })),
  frames: Array.from({ length: 21 }, (_, seconds) => ({ seconds, boxes: [BOX] })),
};

/** A report of the spill rule, which opens 10 s after a spill began and closes 30 s after it ended. */
function report(id: string, openedSeconds: number, more: Partial<ReportedEvent> = {}): ReportedEvent {
  const times = { openedMs: openedSeconds * 1000, closedMs: openedSeconds * 1000 + 40_000 };
  return { id, camera: 'floor', kind: 'sanitation', rule: 'spill', label: 'spill', ...times, ...more };
}

const rightly = (k: number, lateSeconds = 0): ReportedEvent => report(`right-${k}`, 60 * k + 10 + lateSeconds);

/** In `dark` it misses three, says one twice, sees one spill in the wrong place, one out of nothing, and never closes one. */
const SCRIPT: Readonly<Record<string, readonly ReportedEvent[]>> = {
  'floor.ordinary': TRUTH.incidents.map((_, k) => rightly(k)),
  'floor.dark': [
    report('elsewhere', 10, { box: [400, 100, 500, 160] }),
    rightly(1, 0.4),
    report('twice', 75),
    rightly(2),
    rightly(3),
    report('nothing', 220),
    rightly(5),
    { ...rightly(6), closedMs: 590_000 },
    rightly(7),
    rightly(8),
  ],
};

function scripted(watched: string[]): AccuracyTools {
  return {
    render: async (cell, store) => {
      const truth = join(store.folder, `${cell.id}.truth.json`);
      await writeFile(truth, JSON.stringify(TRUTH));
      return { video: join(store.folder, `${cell.id}.mp4`), truth };
    },
    watch: (film) => {
      watched.push(film.name);
      const reports = SCRIPT[film.name] ?? [];
      return Promise.resolve({ reports, counted: [], recordedMs: 600_000, offered: 3000, inspected: 3000, tookMs: 1 });
    },
  };
}

async function run(watched: string[] = []): Promise<AccuracyResult> {
  const signal = new AbortController().signal;
  const options = { choice: CHOICE, folder, films: undefined, removeFilms: false, say: () => undefined, signal };
  return runAccuracy({ ...options, tools: scripted(watched) });
}

describe('the accuracy run, with a product that makes planted mistakes', () => {
  it('counts each mistake as what it is, condition by condition and together', async () => {
    const { events } = await run();
    expect(events.map(({ condition }) => condition)).toEqual(['ordinary', 'dark', 'all']);
    const [ordinary, dark, all] = events;
    expect(ordinary).toMatchObject({ truth: 10, matched: 10, precision: 1, recall: 1, doubles: 0, delayP95Ms: 0 });
    expect(dark).toMatchObject({
      truth: 10,
      matched: 7,
      missed: 3,
      wrong: 2,
      doubles: 1,
      unclosed: 1,
      delayP95Ms: 400,
    });
    expect(dark?.precision).toBeCloseTo(7 / 10, 9);
    expect(dark?.recall).toBeCloseTo(7 / 10, 9);
    expect(all).toMatchObject({ truth: 20, matched: 17, missed: 3, wrong: 2, doubles: 1, unclosed: 1 });
    expect(all?.precision).toBeCloseTo(17 / 20, 9);
  });

  it('says where each loss is to be looked for', async () => {
    const { events } = await run();
    const losses = events.flatMap((row) =>
      row.losses.map(({ what, atSeconds }) => `${row.condition} ${what} ${atSeconds}`),
    );
    expect(losses.sort()).toEqual(
      [
        'dark double 75',
        'dark missed 0',
        'dark missed 240',
        'dark missed 540',
        'dark unclosed 380',
        'dark wrong 10',
        'dark wrong 220',
      ].sort(),
    );
  });

  it('does not watch a film again that an earlier run has finished', async () => {
    await run();
    const watched: string[] = [];
    const again = await run(watched);
    expect(watched).toEqual([]);
    expect(again.events).toEqual((await run()).events);
  });

  it('writes a page that keeps goals that were not reached, and every loss', async () => {
    const page = accuracyMarkdown(await run());
    expect(page).toMatch(/\| spill: recall \| at least 0\.98 \| 0\.850 \| \*\*not reached\*\* \|/);
    expect(page).toMatch(/\| spill: true events \| at least 20 \| 20 \| reached \|/);
    expect(page).toMatch(/\| spill \| dark \| double \| 1 \| 75\.0 s spill \|/);
  });
});
