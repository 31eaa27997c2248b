import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import { type LoadedConfig, loadConfig } from '../../edge/src/config/index.ts';
import {
  type AccuracyFigures,
  accuracyFigures,
  judgeEvents,
  type TrueEvent,
} from '../../edge/src/event-accuracy/index.ts';
import { countTracks } from './film-counts.ts';
import { replayFilm, type Surroundings } from './measure-cell.ts';
import { digest, digestOfFolders } from './store.ts';

const span = z.object({ from: z.number(), to: z.number() });

const filmTruth = z.object({
  film: z.string(),
  seconds: z.number(),
  fps: z.number(),
  visits: z.array(span).optional(),
  bottles: z.array(span.extend({ place: z.string() })).optional(),
  events: z.array(span.extend({ kind: z.string(), clear: span.optional() })),
});

export type FilmTruth = z.infer<typeof filmTruth>;

/** What the product made of one real film with every rule of the measured kinds on it. */
export interface FilmResult extends AccuracyFigures {
  readonly film: string;
  readonly seconds: number;
  readonly rule: string;
  readonly falseAtSeconds: readonly number[];
}

/** What is truly to be seen in the real films, as counted by eye. */
export function filmTruths(): readonly FilmTruth[] {
  const path = fileURLToPath(new URL('film-truth.yaml', import.meta.url));
  return z.array(filmTruth).parse(parse(readFileSync(path, 'utf8')));
}

/** Rules on real films, one at a time and with their defaults; what they need not see must stay silent. */
const RULES = [
  { type: 'missing_headwear', model: 'ppe', kind: 'personnel_violation' },
  { type: 'product_defect', model: 'defect', kind: 'quality_issue' },
  { type: 'spill', model: 'sanitation', kind: 'sanitation' },
] as const;

/** What is counted in the films, and the model and label that count it. */
const COUNTS = [
  { what: 'people', part: 'visits', model: 'ppe', label: 'person' },
  { what: 'bottles', part: 'bottles', model: 'defect', label: 'product' },
] as const;

/** Objects of one film, as the tracker counts them and as they were counted by eye. */
export interface FilmCount {
  readonly film: string;
  readonly what: string;
  readonly truth: number;
  readonly counted: number;
}

export interface MeasuredFilms {
  readonly results: readonly FilmResult[];
  readonly counts: readonly FilmCount[];
  readonly absent: readonly string[];
}

/** Figures of each rule on each film that is there, and the films that are not. */
export async function measureFilms(
  folder: string,
  around: Surroundings,
  say: (text: string) => void,
): Promise<MeasuredFilms> {
  const counts: FilmCount[] = [];
  const results: FilmResult[] = [];
  const absent: string[] = [];
  for (const truth of filmTruths()) {
    const video = join(folder, truth.film);
    if (!existsSync(video)) {
      absent.push(truth.film);
      continue;
    }
    for (const rule of RULES) {
      const result = await measureFilm(truth, rule, video, around);
      say(`${truth.film} ${rule.type}: ${result.matched} of ${result.truth}, ${result.falseAtSeconds.length} false`);
      results.push(result);
    }
    counts.push(...(await countFilm(truth, video, around)));
  }
  return { results, counts, absent };
}

async function measureFilm(
  truth: FilmTruth,
  { type, model, kind }: (typeof RULES)[number],
  video: string,
  around: Surroundings,
): Promise<FilmResult> {
  const name = `${truth.film}.${type}`;
  const { configPath, text, loaded } = await configured(name, { truth, video, model, rules: [type] }, around);
  const [rule] = loaded.config.rules;
  const replayed = await replayFilm({ name, configPath, text, camera: 'film', video }, around);
  const truths = truth.events.filter((event) => event.kind === kind).map(trueEventOf);
  const judgement = judgeEvents(truths, replayed.reports, {
    recordedMs: replayed.recordedMs,
    ruleDelayMs: rule !== undefined && 'minDuration' in rule ? rule.minDuration.ms : 0,
    clearAfterMs: rule !== undefined && 'clearAfter' in rule ? rule.clearAfter.ms : 0,
  });
  const falseAtSeconds = [...judgement.wrong, ...judgement.doubles].map(({ openedMs }) => openedMs / 1000);
  return { film: truth.film, seconds: truth.seconds, rule: type, ...accuracyFigures([judgement]), falseAtSeconds };
}

async function countFilm(truth: FilmTruth, video: string, around: Surroundings): Promise<readonly FilmCount[]> {
  const counts: FilmCount[] = [];
  for (const { what, part, model, label } of COUNTS) {
    const shown = truth[part];
    if (shown === undefined) continue;
    const name = `${truth.film}.${what}`;
    const { loaded } = await configured(name, { truth, video, model, rules: [] }, around);
    const saved = `${name}.${digest(video, truth.fps, digestOfFolders('edge/src/tracking', 'models/catalog'))}.count`;
    const known = around.store.load(saved) as number | undefined;
    const counted = known ?? (await countTracks(video, { label, fps: truth.fps }, loaded, around.signal));
    around.store.save(saved, counted);
    counts.push({ film: truth.film, what, truth: shown.length, counted });
  }
  return counts;
}

interface FilmSetup {
  readonly truth: FilmTruth;
  readonly video: string;
  readonly model: string;
  readonly rules: readonly string[];
}

/** The configuration of one film with one model, written where the run keeps its files. */
async function configured(
  name: string,
  { truth, video, model, rules }: FilmSetup,
  around: Surroundings,
): Promise<{ readonly configPath: string; readonly text: string; readonly loaded: LoadedConfig }> {
  const camera = { id: 'film', url: video, fps: truth.fps, models: [model] };
  const all = rules.map((type) => ({ id: type, type, camera: 'film' }));
  const text = JSON.stringify({ device: 'accuracy', cameras: [camera], rules: all });
  const configPath = join(around.store.folder, `${name}.lineside.yaml`);
  await writeFile(configPath, text);
  return { configPath, text, loaded: await loadConfig(configPath, around.sources) };
}

function trueEventOf({ kind, clear, ...inView }: FilmTruth['events'][number], index: number): TrueEvent {
  const [startMs, endMs] = [inView.from * 1000, inView.to * 1000];
  const { from, to } = clear ?? inView;
  return {
    id: `${kind}-${index}`,
    camera: 'film',
    kind,
    startMs,
    endMs,
    inspectableFromMs: from * 1000,
    inspectableToMs: to * 1000,
  };
}
