import {
  type CellGrid,
  type Extractor,
  farthestPoints,
  embeddingGraph,
  memoryGraph,
  type Points,
} from '@lineside/models';
import { GraphRunner } from '../inference/index.ts';

/** Pieces as the model takes them; read when they are needed, so that their number costs no memory. */
export interface Pieces {
  readonly count: number;
  /** Packed RGB in the size of the grid. */
  read(index: number): Promise<Uint8Array>;
}

export interface LearnOptions {
  readonly extractor: Extractor;
  readonly grid: CellGrid;
  /** 0 to 1, repeatable: the same pieces and numbers give the same model. */
  readonly random: () => number;
  /**
   * How the pieces are divided for judging: `mixed` where they are independent of each other; `blocks` where neighbours
   * were taken one after the other, so that a piece is not judged by the one before it.
   */
  readonly division: 'mixed' | 'blocks';
  readonly signal: AbortSignal;
  readonly onProgress?: (step: LearnStep, done: number, total: number) => void;
}

export type LearnStep = 'features' | 'judging';

export interface Learned {
  /** The patches to keep, chosen from all pieces. */
  readonly good: Points;
  /** Raw scores by piece, each by a memory that has not seen it; undefined for pieces that were not judged. */
  readonly held: readonly (number | undefined)[];
}

/** Patches that the memory keeps: three times as many separate pieces no better, and cost 3 ms more in every inference. */
export const MEMORY = 300;
/** Patches among which they are chosen, drawn evenly from all pieces: the choice costs candidates x memory. */
const CANDIDATES = 20_000;
/** Parts into which the pieces are divided; each is judged by a memory of the others. */
const PARTS = 5;
/** Pieces that are judged at most: more hardly change a median. */
const JUDGED = 250;
/** Cells whose mean is the score; `docs/decisions/0033` has the measurement. */
export const TOP = 10;

/** Learns what good pieces look like. Memory is bounded: only drawn candidates are kept, never all features. */
export async function learn(pieces: Pieces, options: LearnOptions): Promise<Learned> {
  const { random } = options;
  const pools = await drawCandidates(pieces, options);
  const dimensions = options.extractor.dimensions;
  const held = new Array<number | undefined>(pieces.count).fill(undefined);
  const every = Math.max(1, Math.ceil(pieces.count / JUDGED));
  let done = 0;
  for (let part = 0; part < PARTS; part += 1) {
    const mine = pools.map((_, n) => partOf(n, pieces.count, options.division) === part);
    const good = choose(
      pools.filter((_, n) => mine[n] === false),
      dimensions,
      random,
    );
    const judge = await openScorer(options, good);
    try {
      for (const [n, isMine] of mine.entries()) {
        if (!isMine || n % every !== 0) continue;
        options.signal.throwIfAborted();
        held[n] = await judge.score(await pieces.read(n));
        done += 1;
        options.onProgress?.('judging', done, Math.ceil(pieces.count / every));
      }
    } finally {
      await judge.close();
    }
  }
  return { good: choose(pools, dimensions, random), held };
}

/** The part in which a piece is judged. */
function partOf(n: number, count: number, division: LearnOptions['division']): number {
  return division === 'mixed' ? n % PARTS : Math.min(PARTS - 1, Math.floor((n * PARTS) / count));
}

/** Embeddings of random cells of every piece, as many of each. */
async function drawCandidates(pieces: Pieces, options: LearnOptions): Promise<readonly Float32Array[]> {
  const { extractor, grid, random, signal, onProgress } = options;
  const cells = grid.columns * grid.rows;
  const wanted = Math.max(1, Math.min(cells, Math.floor(CANDIDATES / pieces.count)));
  const runner = await GraphRunner.open(embeddingGraph(extractor, grid));
  const pools: Float32Array[] = [];
  try {
    for (let n = 0; n < pieces.count; n += 1) {
      signal.throwIfAborted();
      const outputs = await runner.run(await pieces.read(n), grid);
      const embedding = outputs.get(extractor.output) ?? new Float32Array(0);
      pools.push(drawn(embedding, cells, wanted, random));
      onProgress?.('features', n + 1, pieces.count);
    }
  } finally {
    await runner.close();
  }
  return pools;
}

/** `wanted` different cells of [D, cells], each as D numbers. */
function drawn(embedding: Float32Array, cells: number, wanted: number, random: () => number): Float32Array {
  const dimensions = embedding.length / cells;
  const order = Uint32Array.from({ length: cells }, (_, n) => n);
  const out = new Float32Array(wanted * dimensions);
  for (let n = 0; n < wanted; n += 1) {
    const other = n + Math.floor(random() * (cells - n));
    const cell = order[other] ?? 0;
    order[other] = order[n] ?? 0;
    for (let d = 0; d < dimensions; d += 1) out[n * dimensions + d] = embedding[d * cells + cell] ?? 0;
  }
  return out;
}

function choose(pools: readonly Float32Array[], dimensions: number, random: () => number): Points {
  const values = new Float32Array(pools.reduce((sum, pool) => sum + pool.length, 0));
  let at = 0;
  for (const pool of pools) {
    values.set(pool, at);
    at += pool.length;
  }
  const first = Math.floor((random() * values.length) / dimensions);
  return farthestPoints({ values, dimensions }, MEMORY, first);
}

/** Gives raw scores and maps: the graph that will run, with nothing subtracted and nothing divided. */
export interface Scorer {
  score(pixels: Uint8Array): Promise<number>;
  outputs(pixels: Uint8Array): ReturnType<GraphRunner['run']>;
  close(): Promise<void>;
}

export async function openScorer(
  { extractor, grid }: Pick<LearnOptions, 'extractor' | 'grid'>,
  good: Points,
): Promise<Scorer> {
  const runner = await GraphRunner.open(memoryGraph(extractor, { grid, good, centre: 0, scale: 1, top: TOP }));
  return {
    score: async (pixels) => (await runner.run(pixels, grid)).get('score')?.[0] ?? Number.NaN,
    outputs: (pixels) => runner.run(pixels, grid),
    close: () => runner.close(),
  };
}
