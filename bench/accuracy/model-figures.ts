import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { CATALOG_DIR, catalogIds, listCatalog } from '@lineside/models';

/** One figure of one model on one set of pictures, as its card gives it. */
export interface ModelFigure {
  readonly id: string;
  readonly data: string;
  /** `headwear ap50` */
  readonly metric: string;
  readonly value: number;
  readonly seeds: number;
}

/** The model that a figure is about: another version has other figures. */
export interface MeasuredModel {
  readonly id: string;
  readonly version: string;
  readonly sha256: string;
}

/** The models that ship, as they were when the events were measured. */
export async function measuredModels(): Promise<readonly MeasuredModel[]> {
  const entries = await listCatalog(CATALOG_DIR);
  return entries.flatMap(({ id, manifest }) =>
    manifest === undefined ? [] : [{ id, version: manifest.version, sha256: manifest.sha256 }],
  );
}

const figuresFile = z.looseObject({
  seeds: z.union([z.number(), z.array(z.unknown()).transform((seeds) => seeds.length)]).default(1),
  figures: z.record(z.string(), z.record(z.string(), z.unknown())),
});

/** Figures of all models that ship, from the `figures.json` beside each card. */
export async function modelFigures(): Promise<readonly ModelFigure[]> {
  const ids = await catalogIds(CATALOG_DIR);
  return ids.flatMap((id) => {
    const parsed = figuresFile.safeParse(readFigures(id));
    if (!parsed.success) return [];
    const { figures, seeds } = parsed.data;
    return Object.entries(figures).flatMap(([data, labels]) =>
      Object.entries(labels).flatMap(([label, value]) =>
        numbersIn(value, label).map(([metric, number]) => ({ id, data, metric, value: number, seeds })),
      ),
    );
  });
}

function readFigures(id: string): unknown {
  try {
    return JSON.parse(readFileSync(join(CATALOG_DIR, id, 'figures.json'), 'utf8'));
  } catch {
    // A model without figures has none to report.
    return undefined;
  }
}

/** Every number in a value, with the names on the way to it. */
function numbersIn(value: unknown, name: string): readonly (readonly [string, number])[] {
  if (typeof value === 'number') return [[name, value]];
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, part]) => numbersIn(part, `${name} ${key}`));
}
