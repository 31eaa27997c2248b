import { type CellGrid, type Extractor, farthestPoints } from '@lineside/models';
import {
  type Spread,
  inMads,
  learn,
  MEMORY,
  openScorer,
  seeded,
  spreadOf,
  USUAL_MADS,
} from '../../edge/src/teaching/index.ts';

/** Pieces as a model takes them: packed RGB in the size of the grid. */
export interface PieceSet {
  readonly grid: CellGrid;
  /** How many of the good ones are taught; the others are judged. */
  readonly taught: number;
  readonly good: readonly Uint8Array[];
  readonly bad: readonly Uint8Array[];
}

export interface Verdict {
  readonly taught: number;
  readonly unseenGood: number;
  readonly bad: number;
  readonly auroc: number;
  readonly falseFraction: number;
  readonly foundFraction: number;
  /** Of teaching, without judging. */
  readonly cpuS: number;
}

/** A model as `lineside model teach` makes it, at the usual limit. */
export async function judgeTaught(set: PieceSet, extractor: Extractor, signal: AbortSignal): Promise<Verdict> {
  const { grid, good, bad, taught } = set;
  const started = process.cpuUsage();
  const read = (n: number): Promise<Uint8Array> => Promise.resolve(good[n] ?? new Uint8Array(0));
  const learned = await learn(
    { count: taught, read },
    { extractor, grid, random: seeded(1), division: 'mixed', signal },
  );
  const cpuS = cpuSince(started);
  const spread = spreadOf(learned.held.filter((score) => score !== undefined));
  const scorer = await openScorer({ extractor, grid }, learned.good);
  const scores = async (pieces: readonly Uint8Array[]): Promise<number[]> => {
    const all: number[] = [];
    for (const pixels of pieces) all.push(await scorer.score(pixels));
    return all;
  };
  const verdict = verdictOf(set, spread, await scores(good.slice(taught)), await scores(bad), cpuS);
  await scorer.close();
  return verdict;
}

const CELL = 8;
const TOP = 10;
const PARTS = 5;

/** The same memory, score and limit on mean colour and gradients of each cell: what can be had without an extractor. */
export function judgeColours(set: PieceSet): Verdict {
  const { grid, good, bad, taught } = set;
  const started = process.cpuUsage();
  const random = seeded(1);
  const known = good.slice(0, taught).map((pixels) => colourCells(pixels, grid));
  const memoryOf = (cells: readonly Float32Array[]): Float32Array => {
    const values = new Float32Array(cells.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of cells) {
      values.set(one, at);
      at += one.length;
    }
    return farthestPoints({ values, dimensions: COLOURS }, MEMORY, Math.floor((random() * values.length) / COLOURS))
      .values;
  };
  const held = Array.from({ length: PARTS }, (_, part) => {
    const memory = memoryOf(known.filter((_, n) => n % PARTS !== part));
    return known.filter((_, n) => n % PARTS === part).map((cells) => scoreOf(cells, memory));
  });
  const memory = memoryOf(known);
  const cpuS = cpuSince(started);
  const judge = (pieces: readonly Uint8Array[]): number[] =>
    pieces.map((pixels) => scoreOf(colourCells(pixels, grid), memory));
  return verdictOf(set, spreadOf(held.flat()), judge(good.slice(taught)), judge(bad), cpuS);
}

function verdictOf(
  { taught, good, bad }: PieceSet,
  spread: Spread,
  unseen: readonly number[],
  faults: readonly number[],
  cpuS: number,
): Verdict {
  const over = (scores: readonly number[]): number =>
    scores.filter((score) => inMads(score, spread) >= USUAL_MADS).length / scores.length;
  return {
    ...{ taught, unseenGood: good.length - taught, bad: bad.length, auroc: auroc(unseen, faults) },
    ...{ falseFraction: over(unseen), foundFraction: over(faults), cpuS },
  };
}

/** Probability that a bad piece scores higher than a good one. */
function auroc(good: readonly number[], bad: readonly number[]): number {
  let wins = 0;
  for (const high of bad) for (const low of good) wins += high > low ? 1 : high === low ? 0.5 : 0;
  return wins / (good.length * bad.length);
}

const COLOURS = 5;

/** Mean red, green and blue, and mean absolute steps of the brightness across and down, of each cell. */
function colourCells(pixels: Uint8Array, { width, columns, rows }: CellGrid): Float32Array {
  const out = new Float32Array(columns * rows * COLOURS);
  const at = (x: number, y: number, channel: number): number => pixels[3 * (y * width + x) + channel] ?? 0;
  const light = (x: number, y: number): number => 0.299 * at(x, y, 0) + 0.587 * at(x, y, 1) + 0.114 * at(x, y, 2);
  for (let cell = 0; cell < columns * rows; cell += 1) {
    const [left, top] = [(cell % columns) * CELL, Math.floor(cell / columns) * CELL];
    const sums = [0, 0, 0, 0, 0];
    for (let n = 0; n < CELL * CELL; n += 1) {
      const [x, y] = [left + (n % CELL), top + Math.floor(n / CELL)];
      for (const channel of [0, 1, 2]) sums[channel] = (sums[channel] ?? 0) + at(x, y, channel);
      if (n % CELL < CELL - 1) sums[3] = (sums[3] ?? 0) + Math.abs(light(x + 1, y) - light(x, y));
      if (n < CELL * (CELL - 1)) sums[4] = (sums[4] ?? 0) + Math.abs(light(x, y + 1) - light(x, y));
    }
    out.set(
      sums.map((sum) => sum / (CELL * CELL)),
      cell * COLOURS,
    );
  }
  return out;
}

function scoreOf(cells: Float32Array, memory: Float32Array): number {
  const distances = new Float32Array(cells.length / COLOURS);
  for (let cell = 0; cell < distances.length; cell += 1) {
    let nearest = Number.POSITIVE_INFINITY;
    for (let m = 0; m < memory.length; m += COLOURS) {
      let squared = 0;
      for (let d = 0; d < COLOURS; d += 1) squared += ((cells[cell * COLOURS + d] ?? 0) - (memory[m + d] ?? 0)) ** 2;
      if (squared < nearest) nearest = squared;
    }
    distances[cell] = Math.sqrt(nearest);
  }
  return (
    distances
      .toSorted((a, b) => b - a)
      .slice(0, TOP)
      .reduce((sum, value) => sum + value, 0) / TOP
  );
}

export function cpuSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
