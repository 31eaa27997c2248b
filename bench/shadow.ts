import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { judgeShadow, unsteadyOf } from '../edge/src/shadow/index.ts';
import { loadNote, type Bench, type BenchOptions, type Report, type Row } from './report.ts';
import { compareSightings, filmBelt, FPS, type Sightings } from './shadow/twin-shadow.ts';
import { shippedModel, sightingsOfShipped, sightingsOfWorse, type WorseModel } from './shadow/worse-models.ts';

const SECONDS = 40;
const WORSE: readonly WorseModel[] = [
  { kind: 'threshold', score: 0.85 },
  { kind: 'pruned', fraction: 0.1 },
  { kind: 'noise', noise: 0.02, seed: 1 },
  { kind: 'noise', noise: 0.045, seed: 1 },
  { kind: 'pruned', fraction: 0.12 },
  { kind: 'pruned', fraction: 0.2 },
];

const WHAT = 'Two models on the same frames, judged without a truth';
const COLUMNS = [
  ...['current', 'candidate', 'verdict'].map((key) => ({ key })),
  ...['frames', 'differing', 'steady', 'found', 'added'].map((key) => ({ key, digits: 0 })),
  ...['unsteadyCurrent', 'unsteadyCandidate'].map((key) => ({ key, digits: 3 })),
];

/** `npm run bench -- shadow` */
export const shadow: Bench = {
  name: 'shadow',
  what: 'A better and a worse model in shadow on the twin: what is counted, and who is promoted.',
  run: async (options: BenchOptions): Promise<Report> => {
    const before = loadavg()[0] ?? 0;
    const { quick, log, signal, seconds = quick ? SECONDS / 2 : SECONDS } = options;
    const folder = await mkdtemp(join(tmpdir(), 'lineside-shadow-'));
    try {
      const film = await filmBelt(folder, seconds, signal);
      const model = await shippedModel(signal);
      const shipped = await sightingsOfShipped(model, film, signal);
      const rows: Row[] = [rowOf('itself', 'another version of itself', shipped, shipped)];
      for (const worse of quick ? WORSE.slice(0, 2) : WORSE) {
        const what = nameOf(worse);
        log(what);
        const seen = await sightingsOfWorse(model, worse, { film, folder }, signal);
        rows.push(rowOf('the shipped model', what, shipped, seen), rowOf(what, 'the shipped model', seen, shipped));
      }
      return {
        bench: 'shadow',
        what: WHAT,
        columns: COLUMNS,
        rows,
        notes: [
          `Film of the belt of the twin, ${seconds} s, ${FPS} frames a second; model \`defect\`.`,
          'Noise: each weight times 1 + noise x a normal number. Pruned: that fraction of the smallest weights of each tensor is 0. Threshold: the same weights with another least score.',
          loadNote(before),
        ],
      };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

function rowOf(current: string, candidate: string, old: Sightings, next: Sightings): Row {
  const figures = compareSightings(old, next);
  const { results, differing, steady, found, added } = figures;
  return {
    ...{ current, candidate, verdict: judgeShadow(figures) === undefined ? 'promoted' : 'refused' },
    ...{ frames: results, differing, steady, found, added },
    unsteadyCurrent: unsteadyOf(figures, 'current'),
    unsteadyCandidate: unsteadyOf(figures, 'candidate'),
  };
}

function nameOf(worse: WorseModel): string {
  switch (worse.kind) {
    case 'threshold':
      return `threshold ${worse.score}`;
    case 'noise':
      return `noise ${worse.noise}`;
    case 'pruned':
      return `pruned ${worse.fraction}`;
  }
}
