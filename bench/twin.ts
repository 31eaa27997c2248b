import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { FORMATS, loadLine, type Plant, plantTables, Scene, writeTables } from '@lineside/twin';
import { type Bench, type BenchOptions, loadNote, type Report, type Row, spreadOver } from './report.ts';

const ITEMS = 10_000;
const ROUNDS = 3;
const LINE = new URL('../scripts/twin/plant.yaml', import.meta.url).pathname;
const FRAMES = 300;

const TABLE_COLUMNS = [
  { key: 'output' },
  { key: 'items', digits: 0 },
  { key: 'inspections', digits: 0 },
  { key: 'bytes', digits: 0 },
  { key: 'seconds', digits: 3 },
  { key: 'cpuSeconds', digits: 3 },
  { key: 'rowsPerSecond', digits: 0 },
] as const;

const FRAME_COLUMNS = [
  { key: 'camera' },
  { key: 'frames', digits: 0 },
  { key: 'framesPerSecond', digits: 0 },
  { key: 'framesPerCpuSecond', digits: 0 },
  { key: 'realTimeFactor', digits: 1 },
] as const;

interface Timed {
  readonly seconds: number;
  readonly cpuSeconds: number;
}

async function timed(run: () => Promise<unknown>): Promise<Timed> {
  const [startMs, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  const used = process.cpuUsage(cpu);
  return { seconds: (performance.now() - startMs) / 1000, cpuSeconds: (used.user + used.system) / 1e6 };
}

/** One round: the tables in each format and in all, and the same bytes written plainly. */
async function round(plant: Plant, seed: number, items: number, out: string): Promise<Row[]> {
  const rows: Row[] = [];
  const inspections = items * 5;
  const row = (output: string, bytes: number, { seconds, cpuSeconds }: Timed): void => {
    const rowsPerSecond = (items + inspections) / seconds;
    rows.push({ output, items, inspections, bytes, seconds, cpuSeconds, rowsPerSecond });
  };
  row('simulated only', 0, await timed(() => Promise.resolve(plantTables(plant, seed, items))));
  for (const formats of [...FORMATS.map((format) => [format]), FORMATS]) {
    let bytes = 0;
    const time = await timed(async () => {
      const { files } = await writeTables(plantTables(plant, seed, items), out, formats);
      bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    });
    row(formats.join('+'), bytes, time);
  }
  const all = Buffer.alloc(Number(rows.at(-1)?.['bytes'] ?? 0), 'x');
  const plain = join(out, 'plain');
  row('limit: plain write of all bytes', all.length, await timed(() => writeFile(plain, all)));
  await stat(plain);
  return rows;
}

async function frames(count: number): Promise<Row[]> {
  const line = await loadLine(LINE);
  const rows: Row[] = [];
  for (const { id } of line.cameras) {
    const scene = new Scene(line, id);
    const buffer = Buffer.alloc(scene.frameBytes);
    for (let n = 0; n < count / 10; n += 1) scene.render(n, buffer);
    const { seconds, cpuSeconds } = await timed(() => {
      for (let n = 0; n < count; n += 1) {
        scene.render(n * 7, buffer);
        scene.truth(n * 7);
      }
      return Promise.resolve();
    });
    rows.push({
      camera: id,
      frames: count,
      framesPerSecond: count / seconds,
      framesPerCpuSecond: count / cpuSeconds,
      realTimeFactor: count / seconds / scene.fps,
    });
  }
  return rows;
}

export const twin: Bench = {
  name: 'twin',
  what: 'tables of 10,000 items with 50,000 inspections, and frames drawn with their truth, one thread',
  async run({ quick, log, signal }: BenchOptions): Promise<Report> {
    const [before] = loadavg();
    const line = await loadLine(LINE);
    const plant = line.plant as Plant;
    const out = await mkdtemp(join(tmpdir(), 'twin-bench-'));
    const rounds: Row[][] = [];
    try {
      for (let n = 0; n < (quick ? 1 : ROUNDS) && !signal.aborted; n += 1) {
        log(`round ${n + 1}`);
        rounds.push(await round(plant, line.seed + n, quick ? ITEMS / 10 : ITEMS, out));
      }
    } finally {
      await rm(out, { recursive: true });
    }
    const rows = (rounds[0] ?? []).map((_, place) =>
      spreadOver(
        rounds.map((cells) => cells[place]!),
        TABLE_COLUMNS,
      ),
    );
    const drawn: Report = {
      bench: 'twin',
      what: 'frames of 640 x 360 drawn in memory, with the boxes of each',
      columns: FRAME_COLUMNS,
      rows: await frames(quick ? FRAMES / 10 : FRAMES),
      notes: [],
    };
    return {
      bench: 'twin',
      what: 'simulating the plant and writing its tables; goal: all formats within 3 s',
      columns: TABLE_COLUMNS,
      rows,
      rounds: rounds.flat(),
      notes: [
        'Each row simulates the plant anew, then writes. The limit writes as many bytes as all formats have, in one file.',
        loadNote(before ?? 0),
      ],
      tables: [drawn],
    };
  },
};
