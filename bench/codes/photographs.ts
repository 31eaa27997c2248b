import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@lineside/kit';
import sharp from 'sharp';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import { dateFormat, expandUpcE, findDates, formatDate, gtin14, parseDate } from '../../edge/src/codes/index.ts';
import { CodeReader, greyImage, OcrReader, SYMBOLOGIES, textReaderState } from '../../edge/src/reading/index.ts';
import type { BenchOptions, Report, Row } from '../report.ts';

/** Sets whose codes Lineside reads, by the beginning of their name. */
const SETS = ['ean13', 'ean8', 'upca', 'upce', 'itf', 'code128', 'datamatrix', 'qrcode', 'rss14', 'rssexpanded'];
/** Sets of photographs with the digits of the code printed below it. */
const DIGITS = /^(ean13|upca)-\d$/;
/** Formats that the dates of photographs are looked for in. */
const FORMATS = [
  ...['DD.MM.YYYY', 'DD/MM/YYYY', 'DD-MM-YYYY', 'DD.MM.YY', 'DD/MM/YY', 'DD MM YY', 'DD MM YYYY', 'DD MMM YYYY'],
  ...['DD MMM YY', 'DDMMMYY', 'DDMMMYYYY', 'YYYY.MM.DD', 'YYYY-MM-DD', 'YYYY/MM/DD', 'YYYYMMDD', 'DDMMYY', 'DDMMYYYY'],
  ...[
    'MMM/DD/YY',
    'MMMYYYY',
    'YYYY.MM. DD',
    'MM.YYYY',
    'MM/YYYY',
    'MM/YY',
    'MM.YY',
    'MMM YYYY',
    'MMM DD YYYY',
    'MMM DD YY',
    'MM DD YY',
    'MM/DD/YY',
    'YY.MM.DD',
  ],
].map(dateFormat);
const QUICK = 6;

interface Labelled {
  readonly image: string;
  readonly truth: string;
}

/** Read rates of codes beside the library alone, of the digits below codes, and of dates. */
export async function photographs(data: string, options: BenchOptions): Promise<readonly Report[]> {
  const sets = (await folders(data)).filter((name) => SETS.some((set) => name.startsWith(`${set}-`)));
  const tables = [await codeRates(data, sets, options)];
  if ((await textReaderState()).state !== 'ready') return tables;
  return [
    ...tables,
    await textRates(
      data,
      sets.filter((name) => DIGITS.test(name)),
      options,
    ),
  ];
}

async function codeRates(data: string, sets: readonly string[], options: BenchOptions): Promise<Report> {
  const reader = new CodeReader({ clock: systemClock });
  const alone = await libraryAlone();
  const rows: Row[] = [];
  try {
    for (const set of sets) {
      const pictures = await labelled(join(data, set), options);
      const counts = { read: 0, wrong: 0, alone: 0 };
      let cpuMs = 0;
      for (const { image, truth } of pictures) {
        options.signal.throwIfAborted();
        const picture = await greyImage(image);
        if ((await alone(image)).some((text) => says(text, truth))) counts.alone += 1;
        const before = process.cpuUsage();
        const { codes } = await reader.read(picture, {}, options.signal);
        const { user, system } = process.cpuUsage(before);
        cpuMs += (user + system) / 1000;
        if (codes.some(({ text }) => says(text, truth))) counts.read += 1;
        else if (codes.length > 0) counts.wrong += 1;
      }
      rows.push({ set, pictures: pictures.length, ...counts, cpuMs: cpuMs / Math.max(1, pictures.length) });
      options.log(`codes: ${set} ${counts.read} of ${pictures.length}, the library alone ${counts.alone}`);
    }
  } finally {
    await reader.close();
  }
  const sum = (key: string): number => rows.reduce((total, row) => total + Number(row[key]), 0);
  const all = { pictures: sum('pictures'), read: sum('read'), wrong: sum('wrong'), alone: sum('alone') };
  return {
    bench: 'codes',
    what: 'photographs of codes: read rightly, read as something else, and read rightly by zxing-wasm called directly',
    columns: ['set', 'pictures', 'read', 'wrong', 'alone']
      .map((key) => ({ key, digits: 0 }))
      .concat([{ key: 'cpuMs', digits: 0 }]),
    rows: [...rows, { set: 'all', ...all, cpuMs: null }],
    notes: [
      'Full photographs of 0.3 to 8 megapixels, not the region of a recipe: their CPU time is not that of a pack.',
    ],
  };
}

async function textRates(data: string, sets: readonly string[], options: BenchOptions): Promise<Report> {
  const reader = new OcrReader({ clock: systemClock, deadlineMs: 60_000 });
  const rows: Row[] = [];
  const linesOf = async (image: string): Promise<readonly string[]> =>
    (await reader.readText(await greyImage(image), options.signal)).lines.map(({ text }) => text);
  try {
    for (const set of sets) {
      const pictures = await labelled(join(data, set), options);
      let [read, half] = [0, 0];
      for (const { image, truth } of pictures) {
        const digits = (await linesOf(image)).join('').replace(/\D/g, '');
        const groups = groupsOf(truth).map((group) => digits.includes(group));
        if (groups.every(Boolean)) read += 1;
        else if (groups.some(Boolean)) half += 1;
      }
      rows.push({ what: `digits below ${set}`, pictures: pictures.length, read, half });
      options.log(`codes: digits of ${set} ${read} of ${pictures.length}`);
    }
    for (const folder of (await folders(data)).filter((name) => name.startsWith('dates'))) {
      const dates = await labelled(join(data, folder), options);
      let read = 0;
      for (const { image, truth } of dates) if (holdsDate(await linesOf(image), truth)) read += 1;
      rows.push({ what: folder, pictures: dates.length, read, half: 0 });
    }
  } finally {
    await reader.close();
  }
  return {
    bench: 'codes',
    what: 'text in photographs: read completely, and of digits below a code one of the two groups',
    columns: ['what', 'pictures', 'read', 'half'].map((key) => ({ key, digits: 0 })),
    rows,
    notes: [
      'Of digits below a code five of each of the two groups must be read. In many of these photographs they are blurred, cut off or turned.',
      'Full photographs, which the detector sees at 640 pixels; a recipe names a region, which it sees as it is.',
    ],
  };
}

/** The two groups of digits that stand below the two halves of an EAN-13 or UPC-A, without those that stand beside it. */
function groupsOf(truth: string): readonly string[] {
  return truth.length === 12 ? [truth.slice(1, 6), truth.slice(6, 11)] : [truth.slice(1, 6), truth.slice(7, 12)];
}

function holdsDate(lines: readonly string[], truth: string): boolean {
  const near = parseDate(truth);
  if (near === undefined) throw new Error(`${truth} is no date such as 2027-05-31`);
  return [...lines, lines.join(' ')].some((line) =>
    FORMATS.some((format) => findDates(line, format, near).some(({ date }) => date && formatDate(date) === truth)),
  );
}

/** What zxing-wasm reads when it is called as its documents show, with the same formats. */
async function libraryAlone(): Promise<(image: string) => Promise<readonly string[]>> {
  const bytes = await readFile(fileURLToPath(import.meta.resolve('zxing-wasm/reader/zxing_reader.wasm')));
  const wasmBinary = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength);
  await prepareZXingModule({ overrides: { wasmBinary }, fireImmediately: true });
  return async (image) => {
    const { data, info } = await sharp(image).rotate().ensureAlpha().raw().toBuffer({ resolveWithObject: true });
    const pixels = {
      data: new Uint8ClampedArray(data),
      width: info.width,
      height: info.height,
      colorSpace: 'srgb' as const,
    };
    const found = await readBarcodes(pixels, { formats: [...SYMBOLOGIES], textMode: 'Plain' });
    return found.filter(({ isValid }) => isValid).map(({ text }) => text);
  };
}

/** Between the fields of a GS1 element string (FNC1 as it is transmitted). */
const GROUP_SEPARATOR = String.fromCodePoint(0x1d);

/** The sets write the number of the product; zxing gives UPC-A and UPC-E as EAN-13, and DataBar as a GS1 element string. */
function says(text: string, truth: string): boolean {
  const plain = (one: string): string =>
    one
      .replaceAll(GROUP_SEPARATOR, '')
      .replace(/[\r\n()[\]]/g, '')
      .trim();
  const [read, meant] = [plain(text), plain(truth)];
  if (read === meant) return true;
  const product = gtin14(/^\d{8}$/.test(meant) ? (expandUpcE(meant) ?? meant) : meant);
  return product !== undefined && (gtin14(read) === product || read === `01${product}`);
}

async function labelled(folder: string, { quick }: BenchOptions): Promise<readonly Labelled[]> {
  const files = (await readdir(folder)).toSorted();
  const images = files.filter((file) => /\.(png|jpe?g|webp)$/i.test(file));
  const pairs = images.map((file) => ({ image: join(folder, file), text: file.replace(/\.\w+$/, '.txt') }));
  const known = pairs.filter(({ text }) => files.includes(text)).slice(0, quick ? QUICK : undefined);
  return Promise.all(
    known.map(async ({ image, text }) => ({ image, truth: (await readFile(join(folder, text), 'utf8')).trim() })),
  );
}

async function folders(path: string): Promise<readonly string[]> {
  const entries = await readdir(path, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .toSorted();
}
