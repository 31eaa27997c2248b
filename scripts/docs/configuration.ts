import { configJsonSchema, describeKeys, type KeyDescription, type SchemaNode } from '../../edge/src/config/index.ts';
import { code, type GeneratedFile, json, page, table } from './generated-file.ts';

const INTRODUCTION = `# Configuration

One YAML file: \`./lineside.yaml\`, else \`/etc/lineside/lineside.yaml\`, or the one named by \`--config\`. A commented
example with every key is [lineside.example.yaml](lineside.example.yaml); the schema for editors is
[config.schema.json](../edge/schema/config.schema.json) (\`lineside config schema\` prints it).

- \`lineside config check\` tells everything that is wrong at once, each with file, line, column, path and advice.
  Unknown keys are refused.
- \`lineside config show\` prints the file with all defaults, and no secret.
- A file that cannot be used does not stop a running line: the last good one, kept in \`config/last-good.yaml\` of the
  data folder, stays in force, and the log, the status page and \`lineside doctor\` say so. Where none was kept, \`lineside
  run\` ends with 2.

**Durations** are one number and a unit: \`500ms\`, \`5s\`, \`10m\`, \`8h\`, \`30d\`, \`2w\`. **Sizes** are one number and a
unit: \`512MB\`, \`1GB\`, \`2GiB\` (KB, MB, GB, TB are powers of 1000, KiB, MiB, GiB of 1024).

**Secrets** do not belong into the file. In camera URLs and under \`uplink\` a reference stands in their place and is
read at the moment it is needed: \`\${file:/path}\` (one line; relative paths start at the configuration file),
\`\${env:NAME}\`, \`\${credential:NAME}\` (systemd's \`LoadCredential=\`). A password in plain text is allowed and warned of.

**A changed file** is checked and taken over while the service runs. **Restart** says how far a change reaches: \`none\`, the
\`camera\` concerned, or the whole \`process\`. Today every change of the last two kinds starts all cameras, rules and the link
anew, which takes about two seconds; events that were open are closed with the reason \`restart\`. The process itself stays.`;

export function configurationSchema(): GeneratedFile {
  return json('edge/schema/config.schema.json', configJsonSchema());
}

export function configurationDocument(): GeneratedFile {
  const root = configJsonSchema();
  const groups = new Map<string, KeyDescription[]>();
  for (const key of describeKeys(root)) {
    const group = /^(.*)[.]/.exec(key.path)?.[1] ?? '';
    groups.set(group, [...(groups.get(group) ?? []), key]);
  }
  const sections = [...groups].map(([group, keys]) => section(group, keys, root));
  return page('docs/configuration.md', INTRODUCTION, ...sections);
}

function section(group: string, keys: readonly KeyDescription[], root: SchemaNode): string {
  const title = group === '' ? '## The file itself' : `## ${code(group)}`;
  const about = group === '' ? '' : `\n\n${nodeAt(root, group)?.description ?? ''}`;
  const rows = keys.map((key) => [
    code(key.path.slice(group === '' ? 0 : group.length + 1)),
    key.unit ?? key.type,
    key.required ? '**required**' : key.default === undefined ? '' : code(valueText(key.default)),
    key.restart,
    key.example === undefined ? key.description : `${key.description} Example: ${code(valueText(key.example))}`,
  ]);
  return `${title}${about}\n\n${table(['Key', 'Value', 'Default', 'Restart', 'Meaning'], rows)}`;
}

/** The group itself, or for `cameras[]` the list that it is an entry of. */
function nodeAt(root: SchemaNode, path: string): SchemaNode | undefined {
  return path.split('.').reduce<SchemaNode | undefined>((node, step) => {
    const child = node?.properties?.[step.replace('[]', '')];
    return step.endsWith('[]') ? { ...child?.items, ...description(child) } : child;
  }, root);
}

function description(node: SchemaNode | undefined): { description?: string } {
  return node?.description === undefined ? {} : { description: node.description };
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
