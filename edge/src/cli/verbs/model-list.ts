import type { CatalogEntry } from '@lineside/models';
import type { Command } from 'commander';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside model list` */
export function configure(command: Command, registry: Registry): void {
  command
    .addHelpText('after', examples('lineside model list', 'lineside model list --data ./data --json'))
    .action(action(registry, list));
}

interface Row {
  readonly id: string;
  readonly from: 'catalog' | 'imported';
  readonly dir: string;
  readonly version?: string;
  readonly task?: string;
  readonly family?: string;
  readonly size?: string;
  readonly labels?: number;
  readonly degraded?: string;
  readonly demonstration?: string;
  readonly error?: { readonly code: string; readonly message: string };
}

async function list(context: Context): Promise<ExitCode> {
  const { CATALOG_DIR, importedDir, listCatalog } = await import('@lineside/models');
  const imported = await listCatalog(importedDir(context.dataDir));
  const shipped = await listCatalog(CATALOG_DIR);
  const rows = [
    ...imported.map((entry) => rowOf(entry, 'imported')),
    ...shipped.map((entry) => rowOf(entry, 'catalog')),
  ];
  for (const row of rows) context.say(row, textOf(row));
  if (rows.length === 0) context.io.err('there are no models');
  return rows.some(({ error }) => error !== undefined) ? EXIT.problems : EXIT.ok;
}

function rowOf({ id, dir, manifest, error }: CatalogEntry, from: Row['from']): Row {
  if (manifest === undefined) {
    const { code = 'model_invalid', message = 'has no manifest' } = error ?? {};
    return { id, from, dir, error: { code, message } };
  }
  const { version, task, output, input, labels, degraded, demonstration } = manifest;
  const facts = { version, task, family: output.family, size: `${input.width}x${input.height}`, labels: labels.length };
  return {
    id,
    from,
    dir,
    ...facts,
    ...(degraded === undefined ? {} : { degraded: degraded.reason }),
    ...(demonstration === undefined ? {} : { demonstration: demonstration.reason }),
  };
}

function textOf(row: Row): string {
  const head = `${row.id.padEnd(16)} ${row.from.padEnd(8)}`;
  if (row.error !== undefined) return `${head} BROKEN: ${row.error.message}`;
  const marks = Object.entries({ degraded: row.degraded, demonstration: row.demonstration });
  const mark = marks.flatMap(([word, reason]) => (reason === undefined ? [] : [` (${word}: ${reason})`])).join('');
  return `${head} ${row.version ?? ''} ${row.task ?? ''} ${row.family ?? ''} ${row.size ?? ''}, ${row.labels ?? 0} labels${mark}`;
}
