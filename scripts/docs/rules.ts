import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EVENT_DETAILS, EVENT_KINDS, type Words } from '@lineside/protocol/vocabulary';
import { configJsonSchema, describeKeys, formFor, type KeyDescription } from '../../edge/src/config/index.ts';
import { type RuleDefinition, RULES } from '../../edge/src/rules/index.ts';
import { code, type GeneratedFile, page, table } from './generated-file.ts';

const FOLDER = 'edge/src/rules';

/** docs/rules.md: the life of incidents and each type's picture as their folders have them, tables from the registry. */
export async function rulesDocument(root: string): Promise<GeneratedFile> {
  const text = async (path: string): Promise<string> => (await readFile(join(root, FOLDER, path), 'utf8')).trim();
  const sections = await Promise.all(
    RULES.map(async (rule) => {
      const folder = rule.type.replaceAll('_', '-');
      return section(rule, await text(`${folder}/${folder}.md`));
    }),
  );
  return page(
    'docs/rules.md',
    '# Rules',
    await text('incidents/incidents.md'),
    table(['Type', 'What it reports', 'Kind of its events'], RULES.map(summary)),
    ...sections,
    eventDetails(),
    await text('adding-a-rule.md'),
  );
}

function summary({ type, kind, words }: RuleDefinition): readonly string[] {
  return [`[${code(type)}](#${type})`, words.description.en, code(kind)];
}

function section({ type, kind, words }: RuleDefinition, text: string): string {
  const details = Object.entries(words.details).map(([name, word]) => [code(name), word.en]);
  return [
    `## ${code(type)}`,
    `${words.description.en} Kind of its events: ${code(kind)} (${EVENT_KINDS[kind].en}).`,
    text,
    table(['Option', 'Value', 'Default', 'Meaning'], optionsOf(type).map(optionRow)),
    table(['Detail of its events', 'Meaning'], details),
  ].join('\n\n');
}

function optionsOf(type: string): readonly KeyDescription[] {
  const form = formFor(configJsonSchema().properties?.['rules']?.items, { type });
  return form === undefined ? [] : describeKeys(form);
}

function optionRow(key: KeyDescription): readonly string[] {
  const fallback = key.required ? '**required**' : key.default === undefined ? '' : code(valueText(key.default));
  return [code(key.path), key.unit ?? key.type, fallback, key.description];
}

function eventDetails(): string {
  const rows = Object.entries<Words>(EVENT_DETAILS).map(([name, word]) => [code(name), word.en]);
  return `## Details that any event can have\n\n${table(['Detail', 'Meaning'], rows)}`;
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
