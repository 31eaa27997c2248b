import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FAMILIES, type ImagePreparation, Manifest } from '@lineside/models';
import { z } from 'zod';
import { code, type GeneratedFile, json, table } from './generated-file.ts';

const DOCUMENT = 'docs/models.md';

export function manifestSchema(): GeneratedFile {
  return json('models/schema/manifest.schema.json', {
    title: 'Model manifest',
    ...z.toJSONSchema(Manifest, { io: 'input' }),
  });
}

/** docs/models.md, whose tables of families are made of the registry; the text around them is written by hand. */
export async function modelsDocument(root: string): Promise<GeneratedFile> {
  const written = await readFile(join(root, DOCUMENT), 'utf8');
  const tables = { 'family outputs': outputsTable(), 'family images': imagesTable(), 'family options': optionsTable() };
  const text = Object.entries(tables).reduce((page, [name, rows]) => withSection(page, name, rows), written);
  return { path: DOCUMENT, text };
}

/** The page with `content` between the two comments that name the section. */
function withSection(text: string, name: string, content: string): string {
  const [begin, end] = [`<!-- begin ${name}: written by npm run docs -->`, `<!-- end ${name} -->`];
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from === -1 || to < from) throw new Error(`${DOCUMENT} has no section between ${begin} and ${end}`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}

function outputsTable(): string {
  const rows = FAMILIES.map(({ name, document: { models, outputs } }) => [
    models === undefined ? code(name) : `${code(name)} (${models})`,
    outputs,
  ]);
  return table(['`--family`', 'Outputs, in the order of their roles'], rows);
}

function optionsTable(): string {
  return table(
    ['Family', 'Options'],
    FAMILIES.map(({ name, document }) => [code(name), document.options]),
  );
}

function imagesTable(): string {
  const rows = FAMILIES.map(({ name, images: { usual }, document }) => [
    code(name),
    usual.color.toUpperCase(),
    pixelValues(usual),
    `${code(usual.letterbox.anchor)}, ${usual.letterbox.fill}`,
    `${usual.thresholds.score}, ${usual.thresholds.iou}`,
    document.images ?? '',
  ]);
  return table(['Family', 'Colour', 'Pixel values', 'Fit, grey of bars', 'Score, IoU', 'Otherwise'], rows);
}

function pixelValues({ mean, std }: ImagePreparation): string {
  const even = new Set(mean).size === 1 && new Set(std).size === 1;
  if (!even) return "ImageNet's mean and deviation";
  if (mean[0] !== 0) return `(pixel - ${mean[0]}) / ${std[0]}`;
  return std[0] === 1 ? '0 to 255' : '0 to 1';
}
