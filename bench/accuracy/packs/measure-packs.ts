import { execFile } from 'node:child_process';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { z } from 'zod';
import { replay } from '../../../edge/src/app/index.ts';
import type { CellChoice } from '../cells.ts';
import type { Surroundings } from '../measure-cell.ts';
import { digest, digestOfFolders, type Store } from '../store.ts';
import { judgePacks, type JudgedPack, type PackRow, sumOfPacks, type TruePack } from './judge-packs.ts';
import { type PackCell, packCells, secondsInView } from './pack-cells.ts';

const TWIN = new URL('../../../scripts/twin/src/cli/index.ts', import.meta.url).pathname;
/** What decides how a pack looks: a change of it makes films of earlier runs void. */
const PICTURES = digestOfFolders('scripts/twin/src/raster', 'scripts/twin/src/scenes', 'scripts/twin/src/printing');
/** What decides how a film is judged. */
const judges = (): string =>
  digestOfFolders(
    'edge/src/rules/code-check',
    'edge/src/codes',
    'edge/src/reading',
    'edge/src/ocr',
    'edge/src/tracking',
  );
const VERDICTS = ['good', 'wrong', 'unreadable', 'missing'];
/** When the films were taken: 21 days before the date that is printed. */
const FILMED_MS = Date.UTC(2026, 1, 23, 10);
/** A pack is judged at the latest when it can no longer be detected again. */
const LATEST_MS = 2500;
const run = promisify(execFile);

const Passage = z.object({
  kind: z.string(),
  start: z.number(),
  attributes: z.object({ verdict: z.string(), printFault: z.string() }).partial(),
});
const Shown = z.object({ boxes: z.array(z.object({ label: z.string(), objectId: z.string(), visible: z.number() })) });
const Truth = z.object({ events: z.array(Passage), frames: z.array(Shown) });
/** From this fraction of it in the picture on, a pack may be judged. */
const LEAST_VISIBLE = 0.5;

/** Figures of every chosen condition, then of all together; none where another kind is asked for. */
export async function measurePacks(
  choice: CellChoice,
  around: Surroundings,
  options: { readonly removeFilms: boolean; readonly say: (text: string) => void },
): Promise<readonly PackRow[]> {
  const rows: PackRow[] = [];
  for (const cell of packCells(choice)) {
    const { condition, seconds } = cell;
    const film = await packFilm(cell, around.store, around.signal);
    const figures = judgePacks(film.packs, await verdictsOn(cell, film.video, around), {
      recordedMs: seconds * 1000,
      halfViewMs: secondsInView(condition) * 500,
      latestMs: LATEST_MS,
      shown: film.shown,
    });
    const { good, bad, found, falselyBad, twice, notJudged } = figures;
    options.say(
      `${cell.id}: ${found} of ${bad} bad packs, ${falselyBad} of ${good} good ones falsely, ${twice} twice, ${notJudged} not judged`,
    );
    rows.push({ condition: condition.id, seconds, ...figures });
    if (options.removeFilms) await rm(film.video);
  }
  if (rows.length === 0) return rows;
  const seconds = rows.reduce((sum, row) => sum + row.seconds, 0);
  return [...rows, { condition: 'all', seconds, ...sumOfPacks(rows) }];
}

/** Renders a cell's film in a process of its own, or takes that of an earlier run. */
async function packFilm(
  cell: PackCell,
  store: Store,
  signal: AbortSignal,
): Promise<{ readonly video: string; readonly packs: readonly TruePack[]; readonly shown: number }> {
  const { seed, fps, camera, seconds } = cell;
  const line = JSON.stringify({ seed, size: { width: 640, height: 360 }, fps, periodSeconds: 60, cameras: [camera] });
  const name = `${cell.id}.${digest(line, seconds, PICTURES)}`;
  const at = (end: string): string => join(store.folder, `${name}.${end}`);
  if (store.finished(`${name}.mp4`) === undefined) {
    await writeFile(at('line.yaml'), line);
    const wanted = [
      '--camera',
      camera.id,
      '--seconds',
      `${seconds}`,
      '--out',
      at('drawn.mp4'),
      '--truth',
      at('truth.json'),
    ];
    await run(process.execPath, ['--conditions=source', TWIN, 'render', '--line', at('line.yaml'), ...wanted], {
      signal,
    });
    await rename(at('drawn.mp4'), at('mp4'));
    await rm(at('line.yaml'));
  }
  const { events, frames } = Truth.parse(JSON.parse(await readFile(at('truth.json'), 'utf8')));
  const packs = events
    .filter(({ kind }) => kind === 'passage')
    .map(({ start, attributes: { verdict = 'good', printFault = 'none' } }) => ({
      ...{ atMs: start * 1000, verdict, fault: printFault },
    }));
  const boxes = frames.flatMap((frame) => frame.boxes);
  const shown = new Set(
    boxes.flatMap(({ label, objectId, visible }) =>
      label === 'product' && visible >= LEAST_VISIBLE ? [objectId] : [],
    ),
  );
  return { video: at('mp4'), packs, shown: shown.size };
}

/** The verdicts of the product on a film, every frame of it; taken from an earlier run where nothing has changed. */
async function verdictsOn(cell: PackCell, video: string, around: Surroundings): Promise<readonly JudgedPack[]> {
  const text = packConfig(cell);
  const name = `${cell.id}.${digest(video, text, FILMED_MS, judges())}.packs`;
  const known = around.store.load(name) as readonly JudgedPack[] | undefined;
  if (known !== undefined) return known;
  const configPath = join(around.store.folder, `${cell.id}.lineside.yaml`);
  await writeFile(configPath, text);
  const verdicts: JudgedPack[] = [];
  await replay({
    configPath,
    sources: around.sources,
    version: 'accuracy',
    recordings: [{ camera: cell.camera.id, path: video }],
    startsAtMs: FILMED_MS,
    onEvent: () => undefined,
    onTally: ({ name: verdict, count, atMs }) => {
      if (VERDICTS.includes(verdict)) for (let n = 0; n < count; n += 1) verdicts.push({ verdict, atMs });
    },
    signal: around.signal,
  });
  around.signal.throwIfAborted();
  around.store.save(name, verdicts);
  return verdicts;
}

/** One camera with the model that ships, and the rule with what its packs must carry. */
export function packConfig({ camera, fps }: PackCell): string {
  const isCarton = camera.packs === 'cartons';
  const symbologies = isCarton ? ['EAN13'] : ['DataMatrix'];
  const code = {
    ...{
      id: 'code',
      kind: 'code',
      symbologies,
      gtin: '04601234567893',
      region: isCarton ? [0, 0.2, 1, 0.82] : [0.15, 0.3, 0.85, 0.68],
    },
    ...(isCarton ? {} : { elements: { '17': '2026-03-16', '10': 'A7' } }),
  };
  // Of cartons with 6 % of the pack around it, as setup draws it: the text of a crooked label stands higher.
  const text = isCarton ? [0.04, 0.75, 0.96, 0.91] : [0.17, 0.64, 0.83, 0.77];
  const date = { id: 'date', kind: 'date', format: 'DD.MM.YY', shelfLife: '21d', region: text };
  const shifts = { timeZone: 'UTC' };
  const device = {
    device: 'accuracy',
    shifts,
    cameras: [{ id: camera.id, url: '/film.mp4', fps, models: ['defect'] }],
  };
  const rule = { id: 'codes', type: 'code_check', camera: camera.id, fields: [code, date] };
  return JSON.stringify({ ...device, rules: [rule] }, null, 2);
}
