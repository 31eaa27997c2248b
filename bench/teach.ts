import { loadavg } from 'node:os';
import { readExtractor } from '@lineside/models';
import { loadNote, type Bench, type BenchOptions, type Report, type Row } from './report.ts';
import { beltPieces, cookiePieces } from './teach/real-pieces.ts';
import { speedRow } from './teach/speed.ts';
import { judgeColours, judgeTaught, type PieceSet, type Verdict } from './teach/verdict.ts';
import { teachManyRow } from './teach/many-pieces.ts';
import { twinPieces } from './teach/twin-pieces.ts';

/** Twins that no setting was chosen on. */
const SEEDS = [31, 32, 33] as const;
const TAUGHT = 50;
const UNSEEN = 60;

/** `npm run bench -- teach` */
export const teach: Bench = {
  name: 'teach',
  what: 'Models taught from good pieces: faults found, false alarms, cost. --data DIR adds cookies and belts.',
  run: async (options: BenchOptions): Promise<Report> => {
    const before = loadavg()[0] ?? 0;
    const { quick, log, signal, data } = options;
    const extractor = await readExtractor();
    const rows: Row[] = [];
    const notes: string[] = [];
    const judge = async (set: PieceSet, what: string): Promise<void> => {
      signal.throwIfAborted();
      log(`${what}: ${set.good.length} good and ${set.bad.length} bad pieces`);
      rows.push(rowOf(what, 'taught', await judgeTaught(set, extractor, signal)));
      rows.push(rowOf(what, 'colours and gradients', judgeColours(set)));
    };
    for (const seed of quick ? SEEDS.slice(0, 1) : SEEDS) {
      const [taught, unseen] = quick ? [20, 20] : [TAUGHT, UNSEEN];
      await judge(await twinPieces({ seed, product: 'one', taught, unseen }), `twin bottles, product ${seed}`);
    }
    if (!quick) {
      await judge(
        await twinPieces({ seed: 34, product: 'mixed', taught: 100, unseen: UNSEEN }),
        'twin bottles, all different',
      );
    }
    const missing = data === undefined ? ['cookies', 'belt'] : [];
    if (data !== undefined) {
      for (let split = 0; split < (quick ? 1 : 5); split += 1) {
        const cookies = await cookiePieces(data, split, signal);
        if (cookies === undefined) missing.push('cookies');
        else await judge(cookies, `cookies, split ${split + 1}`);
      }
      const belt = await beltPieces(data, signal);
      if (belt === undefined) missing.push('belt');
      else await judge(belt, 'belts, parts without and with damage');
    }
    if (missing.length > 0) {
      notes.push(
        `Not measured, because their pictures are not here: ${[...new Set(missing)].join(', ')}. --data DIR names the folder with defect/cookies and defect/belt.`,
      );
    }
    notes.push(
      'auroc: of pieces not learned from. false, found: fractions above the usual limit, which was set without bad pieces.',
      'colours and gradients: the same memory and score on mean colour and gradients of each cell, without an extractor: what trained features add.',
      loadNote(before),
    );
    const speed = await speedRow(extractor, quick ? 20 : 100);
    const many = await teachManyRow(quick ? 60 : 500, signal);
    return {
      bench: 'teach',
      what: 'anomaly models taught from good pieces only',
      columns: COLUMNS,
      rows,
      notes,
      tables: [
        {
          bench: 'teach',
          what: 'inference by one thread: the complete graph, and its extractor alone as the bound',
          columns: [
            { key: 'graphCpuMs', digits: 2 },
            { key: 'extractorCpuMs', digits: 2 },
            { key: 'ratio', digits: 2 },
            { key: 'pieces' },
          ],
          rows: [speed],
          notes: ['Median CPU time of one inference of a square input; rounds of both alternate.'],
        },
        {
          bench: 'teach',
          what: 'teaching in a process of its own: CPU and peak memory',
          columns: [{ key: 'pieces' }, { key: 'cpuS', digits: 1 }, { key: 'peakMb', digits: 0 }],
          rows: [many],
          notes: [
            'From image files to the bundle with its report; CPU and memory of the Node process, without FFmpeg, which decodes the files.',
          ],
        },
      ],
    };
  },
};

const COLUMNS = [
  { key: 'pieces' },
  { key: 'arm' },
  { key: 'taught' },
  { key: 'unseenGood' },
  { key: 'bad' },
  { key: 'auroc', digits: 3 },
  { key: 'falseFraction', digits: 3 },
  { key: 'foundFraction', digits: 3 },
  { key: 'cpuS', digits: 1 },
];

function rowOf(pieces: string, arm: string, verdict: Verdict): Row {
  return { pieces, arm, ...verdict };
}
