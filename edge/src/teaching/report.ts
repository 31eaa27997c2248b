import sharp from 'sharp';
import { printable } from '@lineside/kit';
import { MAP_OUTPUT } from '@lineside/models';
import { drawHeat } from '../vision/index.ts';
import type { Scorer } from './learn.ts';
import { inMads, type LimitEffect, type Spread } from './limit.ts';

/** One piece on the report; `number` is what `--strike` takes. */
export interface ReportPiece {
  readonly number: number;
  readonly from: string;
  /** In MADs; undefined for one that was not judged. */
  readonly score: number | undefined;
  readonly struck: boolean;
  readonly pixels: () => Promise<Uint8Array>;
  /** Its image. A small picture is made from it without all its pixels in the memory of this process. */
  readonly file: string;
}

export interface ReportContent {
  readonly id: string;
  readonly mads: number;
  readonly spread: Spread;
  readonly size: { readonly width: number; readonly height: number };
  readonly good: readonly ReportPiece[];
  readonly bad: readonly ReportPiece[];
  readonly slider: readonly LimitEffect[];
  readonly notes: readonly string[];
}

/** Pieces that are shown with their map: those with the highest scores. */
const WITH_MAP = 24;
/** Pieces on the sheet of all: more would make a page that no browser likes. */
const ON_SHEET = 600;
/** Thumbnails fit into this: of tall pieces the sheet would otherwise be larger than the memory that teaching may take. */
const THUMB = 120;
const THUMB_HIGH = 150;
/** Space for a number and a score. */
const LABEL_WIDE = 76;
const CHANNELS = 3;
/** A map is fully red at this many times the limit. */
const HOT = 2;

/**
 * One page for the operator, which loads nothing: every good piece with its number, the oddest ones first and with their
 * maps, the bad ones, and what each limit would do.
 */
export async function reportPage(content: ReportContent, scorer: Scorer): Promise<string> {
  const { id, mads, good, bad, slider, notes } = content;
  const odd = byScore(good).slice(0, WITH_MAP);
  const figures = async (pieces: readonly ReportPiece[], title: string): Promise<string> => {
    if (pieces.length === 0) return '';
    const made: string[] = [];
    for (const piece of pieces) made.push(figure(piece, mads, await mapPicture(piece, content, scorer)));
    return `<h2>${title}</h2><div class="large">${made.join('')}</div>`;
  };
  const sheet: string[] = [];
  for (const piece of good.slice(0, ON_SHEET)) sheet.push(figure(piece, mads, await thumbnail(piece)));
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>${escaped(id)}: what was taught</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escaped(id)}: what was taught</h1>
<p>A score of 0 is a typical good piece; the unit is the spread of the good pieces (MAD). The limit is ${mads}.
Strike pieces that are not good or not typical: <code>lineside model teach --id ${escaped(id)} --strike 3,17</code></p>
<ul>${notes.map((note) => `<li>${escaped(note)}</li>`).join('')}</ul>
<table><tr><th>limit (MADs)</th><th>good pieces above it</th><th>bad pieces found</th></tr>
${slider.map(row).join('\n')}</table>
${await figures(odd, 'The oddest of the good pieces')}
${await figures(byScore(bad).toReversed().slice(0, WITH_MAP), 'Bad pieces, the least conspicuous first')}
<h2>All good pieces</h2><div class="small">${sheet.join('')}</div>
</body>
</html>
`;
}

/**
 * JPEG with all good pieces and their numbers, for where no browser is at hand. Cells are drawn one by one: a single picture of
 * a thousand layers took 500 MB.
 */
export async function contactSheet({ good, size, mads }: ReportContent): Promise<Buffer> {
  const shown = good.slice(0, ON_SHEET);
  const scale = Math.min(THUMB / size.width, THUMB_HIGH / size.height);
  const [wide, high] = [Math.round(size.width * scale), Math.round(size.height * scale)];
  const [cellWidth, cellHeight] = [Math.max(wide, LABEL_WIDE) + 8, high + 26];
  const columns = Math.max(1, Math.min(shown.length, Math.floor(1600 / cellWidth)));
  const rows = Math.max(1, Math.ceil(shown.length / columns));
  const [width, height] = [columns * cellWidth, rows * cellHeight];
  const sheet = Buffer.alloc(width * height * CHANNELS, 255);
  for (const [n, piece] of shown.entries()) {
    const layers = [
      { input: await small(piece), left: 4, top: 22 },
      { input: Buffer.from(label(piece, mads, cellWidth)), left: 0, top: 0 },
    ];
    const cell = await sharp({
      create: { width: cellWidth, height: cellHeight, channels: CHANNELS, background: '#ffffff' },
    })
      .composite(layers)
      .removeAlpha()
      .raw()
      .toBuffer();
    const at = (Math.floor(n / columns) * cellHeight * width + (n % columns) * cellWidth) * CHANNELS;
    for (let y = 0; y < cellHeight; y += 1) {
      const row = y * cellWidth * CHANNELS;
      cell.copy(sheet, at + y * width * CHANNELS, row, row + cellWidth * CHANNELS);
    }
  }
  return sharp(sheet, { raw: { width, height, channels: CHANNELS } })
    .jpeg({ quality: 80 })
    .toBuffer();
}

const STYLE = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .25rem .7rem; text-align: right; border-bottom: 1px solid #8884; }
div { display: grid; gap: .7rem; } .large { grid-template-columns: repeat(auto-fill, minmax(16rem, 1fr)); }
.small { grid-template-columns: repeat(auto-fill, minmax(7rem, 1fr)); }
figure { margin: 0; } img { width: 100%; height: auto; display: block; } figcaption { overflow-wrap: anywhere; font-size: .85em; }
.over figcaption { color: #d62828; font-weight: 600; } .struck { opacity: .4; text-decoration: line-through; }`;

function row({ mads, false: wrong, falseFraction, found, foundFraction }: LimitEffect): string {
  const percent = (value: number): string => `${(100 * value).toFixed(1)} %`;
  const seen = found === undefined ? '-' : `${found} (${percent(foundFraction ?? 0)})`;
  return `<tr><td>${mads}</td><td>${wrong} (${percent(falseFraction)})</td><td>${seen}</td></tr>`;
}

function figure({ number, from, score, struck }: ReportPiece, mads: number, source: string): string {
  const kind = [score !== undefined && score >= mads ? 'over' : '', struck ? 'struck' : ''].join(' ').trim();
  const text = `${number}${score === undefined ? '' : `: ${score.toFixed(1)}`}`;
  return `<figure class="${kind}"><img alt="piece ${number}" src="${source}"><figcaption title="${escaped(from)}">${text}</figcaption></figure>`;
}

async function mapPicture(piece: ReportPiece, { spread, mads, size }: ReportContent, scorer: Scorer): Promise<string> {
  const pixels = await piece.pixels();
  const raw = (await scorer.outputs(pixels)).get(MAP_OUTPUT) ?? new Float32Array(0);
  const heat = raw.map((value) => inMads(value, spread) / (HOT * mads));
  const png = await drawHeat({
    pixels,
    size,
    heat: { width: size.width / 4, height: size.height / 4, values: heat },
    overlays: [],
  });
  return dataUrl(await sharp(png).jpeg({ quality: 80 }).toBuffer());
}

async function thumbnail(piece: ReportPiece): Promise<string> {
  return dataUrl(await small(piece));
}

function small({ file }: ReportPiece): Promise<Buffer> {
  return sharp(file)
    .removeAlpha()
    .resize({ width: THUMB, height: THUMB_HIGH, fit: 'inside' })
    .jpeg({ quality: 75 })
    .toBuffer();
}

function label({ number, score, struck }: ReportPiece, mads: number, width: number): string {
  const colour = score !== undefined && score >= mads ? '#d62828' : '#222222';
  const text = `${number}${struck ? ' struck' : score === undefined ? '' : `: ${score.toFixed(1)}`}`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="22"><text x="5" y="16" font-family="sans-serif" font-size="14" fill="${colour}">${text}</text></svg>`;
}

function byScore(pieces: readonly ReportPiece[]): readonly ReportPiece[] {
  return pieces
    .filter(({ score, struck }) => score !== undefined && !struck)
    .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0));
}

function dataUrl(jpeg: Buffer): string {
  return `data:image/jpeg;base64,${jpeg.toString('base64')}`;
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return printable(text).replaceAll(/[&<>"]/g, (character) => entities[character] ?? character);
}
