import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replay, type ReplayTally } from '../../edge/src/app/index.ts';
import { type ConfigSources, loadConfig } from '../../edge/src/config/index.ts';
import {
  type Judgement,
  judgeEvents,
  readTruthFile,
  type ReportedEvent,
  ReportedEvents,
} from '../../edge/src/event-accuracy/index.ts';
import type { Cell } from './cells.ts';
import { type PlantRecording, playedBack } from './plant-recording.ts';
import { countedItems } from './counted-items.ts';
import type { Film } from './film.ts';
import { rulesOfKind, rulesOn } from './kinds.ts';
import { digest, digestOfFolders, type Store } from './store.ts';

/** What the product reported of one film. */
export interface ReplayedFilm {
  readonly reports: readonly ReportedEvent[];
  /** What rules counted, one report for each item. */
  readonly counted: readonly ReportedEvent[];
  readonly recordedMs: number;
  readonly offered: number;
  readonly inspected: number;
  readonly tookMs: number;
}

export interface CellMeasurement extends ReplayedFilm {
  readonly judgement: Judgement;
}

/** Runs the product on a film, every frame of it. */
export type Watch = (film: FilmToReplay, sources: ConfigSources, signal: AbortSignal) => Promise<ReplayedFilm>;

export interface Surroundings {
  readonly store: Store;
  readonly sources: ConfigSources;
  readonly signal: AbortSignal;
  readonly watch: Watch;
}

/** The configuration of a cell: one camera with the models of its scene, and the rules of every kind on it. */
export function configOf({ scene }: Cell): string {
  const { camera, fps, models, zones = [], signals = [] } = scene;
  const cameras = [{ id: camera.id, url: '/film.mp4', fps, models, zones }];
  const rules = rulesOn(scene).map(({ id, type, options }) => ({ id, type, camera: camera.id, ...options }));
  return JSON.stringify({ device: 'accuracy', cameras, signals, rules }, null, 2);
}

/** Runs the product on a cell's film, every frame of it, and judges what it reported. */
export async function measureCell(cell: Cell, film: Film, around: Surroundings): Promise<CellMeasurement> {
  const text = configOf(cell);
  const name = `${cell.scene.id}.${cell.condition.id}`;
  const configPath = join(around.store.folder, `${name}.lineside.yaml`);
  await writeFile(configPath, text);
  const { config } = await loadConfig(configPath, around.sources);
  const replayed = await replayFilm({ name, configPath, text, camera: cell.scene.camera.id, ...film }, around);
  const truth = await readTruthFile(film.truth);
  const judgements = rulesOfKind(cell.kind, cell.scene).flatMap((rule) => {
    const configured = config.rules.find(({ id }) => id === rule.id);
    const reported = (rule.counts === true ? replayed.counted : replayed.reports).filter((one) => one.rule === rule.id);
    return rule.reports.map(({ condition, delayMs, truths }) =>
      judgeEvents(
        truths(truth).map((one) => ({ ...one, camera: cell.scene.camera.id, kind: cell.kind.eventKind })),
        condition === undefined ? reported : reported.filter((one) => one.condition === condition),
        {
          recordedMs: replayed.recordedMs,
          ...delaysOf(configured),
          ...(delayMs !== undefined && { ruleDelayMs: delayMs }),
        },
      ),
    );
  });
  return { judgement: together(judgements), ...replayed };
}

function delaysOf(rule: object | undefined): { ruleDelayMs: number; clearAfterMs: number } {
  const msOf = (key: 'minDuration' | 'clearAfter'): number => {
    const value: unknown = rule === undefined ? undefined : Object.entries(rule).find(([name]) => name === key)?.[1];
    return typeof value === 'object' && value !== null && 'ms' in value && typeof value.ms === 'number' ? value.ms : 0;
  };
  return { ruleDelayMs: msOf('minDuration'), clearAfterMs: msOf('clearAfter') };
}

function together(judgements: readonly Judgement[]): Judgement {
  return {
    matched: judgements.flatMap(({ matched }) => matched),
    missed: judgements.flatMap(({ missed }) => missed),
    doubles: judgements.flatMap(({ doubles }) => doubles),
    wrong: judgements.flatMap(({ wrong }) => wrong),
    optional: judgements.flatMap(({ optional }) => optional),
    unclosed: judgements.flatMap(({ unclosed }) => unclosed),
    mislabelled: judgements.flatMap(({ mislabelled }) => mislabelled),
  };
}

export interface FilmToReplay {
  readonly name: string;
  readonly configPath: string;
  /** What the configuration says. */
  readonly text: string;
  readonly camera: string;
  readonly video: string;
  /** What the plant signals in place of a video. */
  readonly plant?: PlantRecording;
}

/** What judges a film, beside its configuration: a change of it makes earlier results void. */
let judges: string | undefined;

/** What the product reports of one film; taken from an earlier run where nothing that decides it has changed. */
export async function replayFilm(film: FilmToReplay, around: Surroundings): Promise<ReplayedFilm> {
  judges ??= digestOfFolders(
    'edge/src/rules',
    'edge/src/tracking',
    'edge/src/signals',
    'edge/src/event-accuracy',
    'models/catalog',
  );
  const name = `${film.name}.${digest(film.video, film.plant?.name, film.text, judges)}.reports`;
  const known = around.store.load(name) as ReplayedFilm | undefined;
  if (known !== undefined) return known;
  const replayed = await around.watch(film, around.sources, around.signal);
  around.signal.throwIfAborted();
  around.store.save(name, replayed);
  return replayed;
}

/** The film in the place of a camera of the complete product (`lineside replay`). Throws what `replay` throws. */
export const watchWithProduct: Watch = async (film, sources, signal) => {
  const events = new ReportedEvents();
  const tallies: ReplayTally[] = [];
  const summary = await replay({
    configPath: film.configPath,
    sources,
    version: 'accuracy',
    ...(film.plant === undefined
      ? { recordings: [{ camera: film.camera, path: film.video }] }
      : { recordings: [], ...playedBack(film.plant) }),
    onEvent: (event) => events.add(event),
    onTally: (tally) => tallies.push(tally),
    signal,
  });
  const sum = (part: 'offered' | 'inspected'): number => summary.cameras.reduce((total, one) => total + one[part], 0);
  return {
    reports: events.all(),
    counted: countedItems(tallies),
    recordedMs: summary.recordedMs,
    offered: sum('offered'),
    inspected: sum('inspected'),
    tookMs: summary.tookMs,
  };
};
