import { systemClock } from '@lineside/kit';
import { type Box, parseLine, Scene } from '@lineside/twin';
import { CodeReader, type CodePicture, OcrReader, textReaderState } from '../../edge/src/reading/index.ts';
import { type BenchOptions, type Report, type Row, spreadOver } from '../report.ts';

const COLUMNS = [
  { key: 'what' },
  { key: 'width', digits: 0 },
  { key: 'height', digits: 0 },
  { key: 'reads', digits: 0 },
  { key: 'cpuMs', digits: 1 },
  { key: 'goalMs', digits: 0 },
] as const;

/** Bottles at 1280 x 720, and cartons with a linear code, which needs more pixels, at 1600 x 900. */
const SUBJECTS = [
  { what: 'Data Matrix, its region', symbol: 'gs1datamatrix', packs: 'bottles', part: [0.1, 0.28, 0.9, 0.68] },
  { what: 'Data Matrix, whole pack', symbol: 'gs1datamatrix', packs: 'bottles', part: [0, 0, 1, 1] },
  { what: 'EAN-13, its region', symbol: 'ean13', packs: 'cartons', part: [0, 0.2, 1, 0.82] },
] as const;
const TEXTS = [
  { what: 'one line of text, its region', part: [0.05, 0.66, 0.95, 0.78] },
  { what: 'two lines of text', part: [0.05, 0.66, 0.95, 0.92] },
] as const;
const CODE_GOAL_MS = 20;
const LINE_GOAL_MS = 120;

/** CPU time of both readers; text only where its models are installed. */
export async function speed({ quick, signal, log }: BenchOptions): Promise<Pick<Report, 'columns' | 'rows'>> {
  const rounds = quick ? 6 : 100;
  const rows: Row[] = [];
  const codes = new CodeReader({ clock: systemClock });
  const text = new OcrReader({ clock: systemClock });
  try {
    for (const { what, symbol, packs, part } of SUBJECTS) {
      const pictures = packsOf(symbol, packs, part, rounds + 3);
      const options = { symbologies: symbol === 'ean13' ? (['EAN13'] as const) : (['DataMatrix'] as const) };
      const read = async (picture: CodePicture): Promise<number> =>
        (await codes.read(picture, options, signal)).codes.length;
      rows.push(await timed({ what, pictures, goalMs: CODE_GOAL_MS }, read));
      log(`codes: ${what}`);
    }
    if ((await textReaderState()).state === 'ready')
      for (const { what, part } of TEXTS) {
        const pictures = packsOf('gs1datamatrix', 'bottles', part, rounds + 3);
        const read = async (picture: CodePicture): Promise<number> =>
          (await text.readText(picture, signal)).lines.length;
        rows.push(await timed({ what, pictures, goalMs: LINE_GOAL_MS }, read));
        log(`codes: ${what}`);
      }
  } finally {
    await Promise.all([codes.close(), text.close()]);
  }
  return { columns: COLUMNS, rows };
}

interface Timed {
  readonly what: string;
  readonly pictures: readonly CodePicture[];
  readonly goalMs: number;
}

/** Medians over the pictures; the first three warm up and do not count. */
async function timed({ what, pictures, goalMs }: Timed, read: (picture: CodePicture) => Promise<number>): Promise<Row> {
  const taken: Row[] = [];
  let reads = 0;
  for (const [index, picture] of pictures.entries()) {
    const { width, height } = picture;
    const before = process.cpuUsage();
    const found = await read(picture);
    const { user, system } = process.cpuUsage(before);
    if (index < 3) continue;
    if (found > 0) reads += 1;
    taken.push({ width, height, cpuMs: (user + system) / 1000 });
  }
  return { what, ...spreadOver(taken, COLUMNS.slice(1)), reads, goalMs };
}

/** Packs as they cross the middle of the picture, cut to a part of their box, in grey as the device gives them. */
function packsOf(
  symbol: string,
  packs: string,
  part: readonly [number, number, number, number],
  count: number,
): readonly CodePicture[] {
  const size = packs === 'cartons' ? '{width: 1600, height: 900}' : '{width: 1280, height: 720}';
  const scene = new Scene(
    parseLine(
      `{seed: 5, size: ${size}, fps: 25, periodSeconds: 60, cameras: [{id: labels, scene: product,
        packs: ${packs}, bottlesPerMinute: 120, secondsInView: 2.4, prints: {symbol: ${symbol}}}]}`,
      'line.yaml',
    ),
    'labels',
  );
  const rgb = new Uint8Array(scene.frameBytes);
  const passages = scene.events(3, 4 + count / 2).filter(({ kind }) => kind === 'passage');
  return passages.slice(0, count).flatMap(({ start, subject }) => {
    const frame = Math.round(start * scene.fps);
    scene.render(frame, rgb);
    const box = scene.truth(frame).find(({ objectId }) => objectId === subject);
    return box === undefined ? [] : [greyPart(rgb, scene.width, box, part)];
  });
}

function greyPart(
  rgb: Uint8Array,
  stride: number,
  { x1, y1, x2, y2 }: Box,
  [left, top, right, bottom]: readonly [number, number, number, number],
): CodePicture {
  const [x, y] = [Math.round(x1 + left * (x2 - x1)), Math.round(y1 + top * (y2 - y1))];
  const [width, height] = [Math.round((right - left) * (x2 - x1)), Math.round((bottom - top) * (y2 - y1))];
  const pixels = new Uint8Array(width * height);
  for (let row = 0; row < height; row += 1)
    for (let column = 0; column < width; column += 1) {
      const at = ((y + row) * stride + x + column) * 3;
      pixels[row * width + column] = 0.299 * (rgb[at] ?? 0) + 0.587 * (rgb[at + 1] ?? 0) + 0.114 * (rgb[at + 2] ?? 0);
    }
  return { width, height, channels: 1, pixels };
}
