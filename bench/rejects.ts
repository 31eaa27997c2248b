import { loadavg } from 'node:os';
import { fractionsFrom } from '../tests/support/dice.ts';
import { type Axis, runRejects } from './rejects/run-rejects.ts';
import { filmSight } from './rejects/film-sight.ts';
import { FILMED, plantWithStops, steadyBelt } from './rejects/lines.ts';
import { TruthSight } from './rejects/truth-sight.ts';
import { type Bench, type BenchOptions, type Column, loadNote, type Report, type Row } from './report.ts';

const COLUMNS: readonly Column[] = [
  { key: 'output' },
  { key: 'seenBy' },
  { key: 'seed', digits: 0 },
  { key: 'minutes', digits: 0 },
  { key: 'products', digits: 0 },
  { key: 'defective', digits: 0 },
  { key: 'unwatched', digits: 0 },
  { key: 'due', digits: 0 },
  { key: 'done', digits: 0 },
  { key: 'wrong', digits: 0 },
  { key: 'late', digits: 0 },
  { key: 'stops', digits: 0 },
  { key: 'jams', digits: 0 },
  { key: 'standingMinutes', digits: 1 },
  { key: 'seconds', digits: 1 },
  { key: 'timesRealTime', digits: 0 },
];
const MINUTES = 60;
const SEED = 7;

export const rejects: Bench = {
  name: 'rejects',
  what: 'which products of the twin are rejected, faster than real time: by encoder with stops and jams, by time without',
  run,
};

async function run({ quick, minutes, seed = SEED, models = [], signal, log }: BenchOptions): Promise<Report> {
  const [loadBefore = 0] = loadavg();
  const length = minutes ?? (quick ? MINUTES / 10 : MINUTES);
  const rows: Row[] = [];
  for (const axis of ['encoder', 'delay'] as const) {
    for (const model of [undefined, ...models]) {
      log(`${length} minutes by ${axis}, seed ${seed}, ${model ?? 'truth'}`);
      rows.push(await measured({ axis, minutes: length, seed, model, signal }));
    }
  }
  return {
    ...{ bench: 'rejects', what: rejects.what, columns: COLUMNS, rows },
    notes: [
      'Due: defective products that were watched from their first sight to the gate. Wrong: good ones that were rejected. Late: rejects that met no product. The truth of the twin counts, not the device.',
      'Of the device: tracker, the rule product_defect, pieces and output, on a simulated clock. Not of it: the wire to the controller (npm run bench -- plant).',
      'Seen by truth: instead of pictures and a model, the truth of the twin, with one object in twenty missed and boxes that waver by 3 %, so that what is wrong is of the path. With --model REF (defect) also by FFmpeg and a model, whose errors are then counted too.',
      loadNote(loadBefore),
    ],
  };
}

interface Measured {
  readonly axis: Axis;
  readonly minutes: number;
  readonly seed: number;
  /** Undefined: the truth. */
  readonly model: string | undefined;
  readonly signal: AbortSignal;
}

async function measured({ axis, minutes, seed, model, signal }: Measured): Promise<Row> {
  const beganMs = performance.now();
  const size = model === undefined ? undefined : FILMED;
  const line = axis === 'encoder' ? plantWithStops(seed, size) : steadyBelt(seed, size);
  const random = fractionsFrom(seed);
  const sight = model === undefined ? new TruthSight(line, random) : await filmSight({ line, minutes, model, signal });
  const result = runRejects({ line, sight, axis, minutes, random, signal });
  const seconds = (performance.now() - beganMs) / 1000;
  const { products, defective, stops, jams, standingMs } = result;
  const { due, done, wrong, late, unwatched } = result.gate;
  return {
    ...{ output: `by ${axis}`, seenBy: model ?? 'truth', seed, minutes, products, defective, unwatched },
    ...{ due, done, wrong, late, stops, jams, standingMinutes: standingMs / 60_000 },
    ...{ seconds, timesRealTime: (minutes * 60) / seconds },
  };
}
