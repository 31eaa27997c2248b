import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replay } from '../../edge/src/app/index.ts';
import { type ConfigSources, loadConfig } from '../../edge/src/config/index.ts';
import {
  type Judgement,
  judgeEvents,
  readTruthFile,
  type ReportedEvent,
  ReportedEvents,
  trueEvents,
} from '../../edge/src/event-accuracy/index.ts';
import type { Cell } from './cells.ts';
import type { Film } from './film.ts';
import { digest, digestOfFolders, type Store } from './store.ts';

/** What the product reported of one film. */
export interface ReplayedFilm {
  readonly reports: readonly ReportedEvent[];
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

/** The configuration of a cell: one camera with the models and the rule of its kind, everything else as by default. */
export function configOf({ kind }: Cell): string {
  const camera = { id: kind.camera.id, url: '/film.mp4', fps: kind.fps, models: kind.models };
  const rule = { id: kind.id, type: kind.id, camera: kind.camera.id, ...kind.rule };
  return JSON.stringify({ device: 'accuracy', cameras: [camera], rules: [rule] }, null, 2);
}

/** Runs the product on a cell's film, every frame of it, and judges what it reported. */
export async function measureCell(cell: Cell, film: Film, around: Surroundings): Promise<CellMeasurement> {
  const text = configOf(cell);
  const configPath = join(around.store.folder, `${cell.id}.lineside.yaml`);
  await writeFile(configPath, text);
  const { config } = await loadConfig(configPath, around.sources);
  const [rule] = config.rules;
  const replayed = await replayFilm({ name: cell.id, configPath, text, camera: cell.kind.camera.id, ...film }, around);
  const truths = trueEvents(await readTruthFile(film.truth), cell.kind.camera.id);
  const judgement = judgeEvents(truths, replayed.reports, {
    recordedMs: replayed.recordedMs,
    ruleDelayMs: rule !== undefined && 'minDuration' in rule ? rule.minDuration.ms : 0,
    clearAfterMs: rule !== undefined && 'clearAfter' in rule ? rule.clearAfter.ms : 0,
  });
  return { judgement, ...replayed };
}

export interface FilmToReplay {
  readonly name: string;
  readonly configPath: string;
  /** What the configuration says. */
  readonly text: string;
  readonly camera: string;
  readonly video: string;
}

/** What judges a film, beside its configuration: a change of it makes earlier results void. */
let judges: string | undefined;

/** What the product reports of one film; taken from an earlier run where nothing that decides it has changed. */
export async function replayFilm(film: FilmToReplay, around: Surroundings): Promise<ReplayedFilm> {
  judges ??= digestOfFolders('edge/src/rules', 'edge/src/tracking', 'models/catalog');
  const name = `${film.name}.${digest(film.video, film.text, judges)}.reports`;
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
  const summary = await replay({
    configPath: film.configPath,
    sources,
    version: 'accuracy',
    recordings: [{ camera: film.camera, path: film.video }],
    onEvent: (event) => events.add(event),
    signal,
  });
  const sum = (part: 'offered' | 'inspected'): number => summary.cameras.reduce((total, one) => total + one[part], 0);
  return {
    reports: events.all(),
    recordedMs: Math.max(0, ...summary.cameras.map(({ recordedMs }) => recordedMs)),
    offered: sum('offered'),
    inspected: sum('inspected'),
    tookMs: summary.tookMs,
  };
};
