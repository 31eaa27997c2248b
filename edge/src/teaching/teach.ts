import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Extractor, type Manifest, readExtractor } from '@lineside/models';
import { writeTaughtBundle } from './bundle.ts';
import { TeachingError } from './errors.ts';
import { learn, type Learned, type LearnStep, openScorer, type Scorer, TOP } from './learn.ts';
import {
  effectOf,
  inMads,
  type LimitEffect,
  sharpenedLimit,
  SLIDER,
  type Spread,
  spreadOf,
  USUAL_MADS,
} from './limit.ts';
import { seeded } from './random.ts';
import type { TaughtRecord } from './record.ts';
import { contactSheet, type ReportContent, type ReportPiece, reportPage } from './report.ts';
import type { Piece, TeachingFolder } from './state.ts';

/** With fewer pieces neither a memory nor a limit means anything. */
export const LEAST_PIECES = 10;
/** A held-out set of so many pieces can show a rate of false alarms of a few per cent, a smaller one cannot. */
const FEW_PIECES = 50;

export interface TeachTask {
  readonly id: string;
  readonly folder: TeachingFolder;
  /** Absolute folder of the bundle; undefined where only the operator's sheet is wanted, before the limit is set. */
  readonly bundle: string | undefined;
  /** Limit in MADs; chosen between good and bad pieces, or the usual one, when left out. */
  readonly mads: number | undefined;
  readonly state: 'watching' | 'armed';
  readonly extractor?: Extractor;
  readonly wallMs: number;
  readonly signal: AbortSignal;
  readonly onProgress?: (step: LearnStep | 'report', done: number, total: number) => void;
}

export interface JudgedPiece {
  readonly number: number;
  readonly from: string;
  /** MADs above the median of the good pieces. */
  readonly score: number;
}

export interface TeachReport {
  readonly id: string;
  readonly pieces: number;
  readonly struck: readonly number[];
  /** Good pieces above the limit, and the three highest, oddest first. */
  readonly odd: readonly JudgedPiece[];
  readonly bad: readonly JudgedPiece[];
  readonly limit: LimitEffect & { readonly from: 'asked' | 'bad_pieces' | 'usual' };
  readonly slider: readonly LimitEffect[];
  readonly input: { readonly width: number; readonly height: number };
  readonly notes: readonly string[];
  readonly sheet: string;
  /** Absent where the limit was not set yet. */
  readonly bundle?: {
    readonly dir: string;
    readonly sha256: string;
    readonly state: 'watching' | 'armed';
    readonly report: string;
  };
}

/**
 * Learns from the pieces of a folder, writes the sheet for the operator and, where asked, the bundle. Throws TeachingError
 * with fewer than ten good pieces, and where all pieces are equal.
 */
export async function teach(task: TeachTask): Promise<TeachReport> {
  const { folder, signal } = task;
  const extractor = task.extractor ?? (await readExtractor());
  const numbered = folder.state.good.map((piece, n) => ({ piece, number: n + 1 }));
  const used = numbered.filter(({ piece }) => piece.struck !== true);
  if (used.length < LEAST_PIECES) {
    const message = `${used.length} good pieces are too few`;
    throw new TeachingError('too_few_pieces', message, `collect at least ${LEAST_PIECES}, better 50 or more`);
  }
  const random = seeded(1);
  const { grid } = folder;
  const learned = await learn(folder.pieces(used.map(({ piece }) => piece)), {
    ...{ extractor, grid, random, division: folder.state.division, signal },
    ...(task.onProgress && { onProgress: task.onProgress }),
  });
  const scorer = await openScorer({ extractor, grid }, learned.good);
  try {
    return await judge(task, { extractor, learned, scorer, numbered, used });
  } finally {
    await scorer.close();
  }
}

interface Numbered {
  readonly piece: Piece;
  readonly number: number;
}

interface Judging {
  readonly extractor: Extractor;
  readonly learned: Learned;
  readonly scorer: Scorer;
  readonly numbered: readonly Numbered[];
  readonly used: readonly Numbered[];
}

async function judge(task: TeachTask, judging: Judging): Promise<TeachReport> {
  const { folder, id } = task;
  const { learned, scorer, numbered, used } = judging;
  const spread = spreadOf(learned.held.filter((score) => score !== undefined));
  if (!(spread.mad > 0)) {
    const message = 'all pieces are the same image, so that nothing says how much good ones differ';
    throw new TeachingError('no_difference', message, 'collect different pieces');
  }
  const scores = new Map(used.map(({ number }, n) => [number, learned.held[n]] as const));
  const good = numbered.map(({ piece, number }) => reportPiece(folder, piece, number, scores.get(number), spread));
  const bad: ReportPiece[] = [];
  for (const [n, piece] of folder.state.bad.entries()) {
    bad.push(reportPiece(folder, piece, n + 1, await scorer.score(await folder.pixels(piece)), spread));
  }
  const [goodScores, badScores] = [good, bad].map((list) => list.flatMap(({ score }) => score ?? []));
  const [held = [], tried = []] = [goodScores, badScores];
  const from = task.mads !== undefined ? 'asked' : tried.length > 0 ? 'bad_pieces' : 'usual';
  const mads = task.mads ?? (tried.length > 0 ? sharpenedLimit(held, tried) : USUAL_MADS);
  const slider = SLIDER.map((limit) => effectOf(limit, held, tried));
  const notes = notesOf(used.length, tried.length);
  const { width, height } = folder.grid;
  const content: ReportContent = { id, mads, spread, size: { width, height }, good, bad, slider, notes };
  task.onProgress?.('report', 0, 1);
  const sheet = join(folder.dir, 'sheet.jpg');
  await writeFile(sheet, await contactSheet(content));
  const page = await reportPage(content, scorer);
  await writeFile(join(folder.dir, 'report.html'), page);
  const struck = numbered.filter(({ piece }) => piece.struck === true).map(({ number }) => number);
  const written = await write(task, judging, { spread, mads, held, tried, page, struck });
  return {
    ...{ id, pieces: used.length, struck, odd: oddOf(good, mads), bad: judgedOf(bad) },
    limit: { ...effectOf(mads, held, tried), from },
    ...{ slider, input: { width, height }, notes, sheet },
    ...(written === undefined ? {} : { bundle: written }),
  };
}

interface Outcome {
  readonly spread: Spread;
  readonly mads: number;
  readonly held: readonly number[];
  readonly tried: readonly number[];
  readonly page: string;
  readonly struck: readonly number[];
}

async function write(
  { id, bundle, state, wallMs, folder }: TeachTask,
  { extractor, learned, used }: Judging,
  { spread, mads, held, tried, page, struck }: Outcome,
): Promise<TeachReport['bundle']> {
  if (bundle === undefined) return undefined;
  const record: TaughtRecord = {
    schema: 1,
    good: held.map(rounded),
    bad: tried.map(rounded),
    centre: spread.centre,
    mad: spread.mad,
    struck: [...struck],
    source: folder.state.source,
    extractorSha256: extractor.sha256,
  };
  const memory = { grid: folder.grid, good: learned.good, centre: spread.centre, scale: spread.mad, top: TOP };
  const taughtAt = new Date(wallMs).toISOString();
  const manifest: Manifest = await writeTaughtBundle({
    ...{ dir: bundle, id, extractor, memory, record, mads, state, pieces: used.length, taughtAt, report: page },
  });
  return { dir: bundle, sha256: manifest.sha256, state, report: join(bundle, 'report.html') };
}

function reportPiece(
  folder: TeachingFolder,
  piece: Piece,
  number: number,
  raw: number | undefined,
  spread: Spread,
): ReportPiece {
  return {
    ...{ number, from: piece.from, struck: piece.struck === true },
    score: raw === undefined ? undefined : inMads(raw, spread),
    pixels: () => folder.pixels(piece),
    file: join(folder.dir, piece.file),
  };
}

function judgedOf(pieces: readonly ReportPiece[]): readonly JudgedPiece[] {
  return pieces.flatMap(({ number, from, score }) =>
    score === undefined ? [] : [{ number, from, score: rounded(score) }],
  );
}

/** Those above the limit, and always the three highest. */
function oddOf(good: readonly ReportPiece[], mads: number): readonly JudgedPiece[] {
  const sorted = judgedOf(good).toSorted((a, b) => b.score - a.score);
  return sorted.filter(({ score }, n) => n < 3 || score >= mads);
}

function notesOf(pieces: number, bad: number): readonly string[] {
  const notes: string[] = [];
  if (pieces < FEW_PIECES) {
    notes.push(
      `${pieces} good pieces: expect 5 to 10 % false alarms; ${FEW_PIECES} and more bring that down to about 2 %`,
    );
  }
  if (bad === 0) notes.push('no bad pieces were shown (--bad DIR): how many faults are found is not known');
  return notes;
}

function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
