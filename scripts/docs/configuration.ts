import {
  configJsonSchema,
  describeKeys,
  type KeyDescription,
  RENAMES,
  type SchemaNode,
  VALUE_RENAMES,
} from '../../edge/src/config/index.ts';
import { RESTARTS, type Restart } from '../../edge/src/fields/index.ts';
import { code, type GeneratedFile, json, page, table } from './generated-file.ts';

const RESTART_TEXTS: Readonly<Record<Restart, readonly [what: string, events: string]>> = {
  none: ['nothing', 'stay open'],
  signals: ['the sources of signals', 'stay open'],
  rule: ['the rule', 'events of that rule are closed with the reason `rule_removed`'],
  camera: [
    'the camera, with its models\u2019 tracking and its rules',
    'events of that camera are closed with the reason `restart`',
  ],
  model: [
    'the model and the cameras that use it; on a device that builds TensorRT engines, the vision process',
    'events of those cameras are closed with the reason `restart`',
  ],
  vision: [
    'the vision process, with all cameras and models',
    'events of all cameras are closed with the reason `restart`',
  ],
  uplink: ['the connection to the collector', 'stay open'],
  status: ['the server of the status page', 'stay open'],
  process: [
    'everything: the line stops in good order and starts again; the process itself stays',
    'all are closed with the reason `restart`',
  ],
};

const RESTART_ROWS = RESTARTS.map((restart) => [code(restart), ...RESTART_TEXTS[restart]]);

const INTRODUCTION = `# Configuration

One YAML file: \`./lineside.yaml\`, else \`/etc/lineside/lineside.yaml\`, or the one named by \`--config\`. A commented
example with every key is [lineside.example.yaml](lineside.example.yaml). The schema for editors is
[config.schema.json](../edge/schema/config.schema.json); \`lineside config schema\` prints it.

- \`lineside config check\` reports everything that is wrong at once, each problem with file, line, column, path and advice.
  Unknown keys are refused.
- \`lineside config show\` prints the file with all defaults and without secrets.
- A file that cannot be used does not stop a running line. The last good one, kept in \`config/last-good.yaml\` of the
  data folder, stays in use, and the log, the status page and \`lineside doctor\` report it. Where none was kept,
  \`lineside run\` ends with exit code 2.

**Durations** are one number and a unit: \`500ms\`, \`5s\`, \`10m\`, \`8h\`, \`30d\`, \`2w\`. **Sizes** are one number and a
unit: \`512MB\`, \`1GB\`, \`2GiB\` (KB, MB, GB and TB are powers of 1000; KiB, MiB and GiB are powers of 1024).

**Secrets** do not belong in the file. In camera URLs and under \`uplink\`, write a reference instead. It is read each time
the secret is needed: \`\${file:/path}\` (one line; a relative path starts at the folder of the configuration file),
\`\${env:NAME}\`, \`\${credential:NAME}\` (systemd's \`LoadCredential=\`). A password in plain text is allowed, with a warning. A secret is encoded
where it stands in the user part of a URL or in the value of a parameter; it is never printed, and FFmpeg does not get it in
its arguments, which every user of the machine can read. Of URLs, only what is known to be harmless is shown, and
topics of MQTT as they are written: one that is a secret is a reference.

## What goes on when something is wrong

No fault of link, broker, collector, secret, certificate, disk, evidence folder or configuration stops a camera that could
be inspected. Each is reported in the log, on the status page, in \`lineside status\`, \`/metrics\` and \`lineside doctor\`;
\`tests/e2e/faults.test.ts\` makes them happen to a running line, \`npm run chaos\` fills the disk.

${table(
  ['Fault', 'What goes on', 'Code'],
  [
    [
      'the file is damaged, mistyped, too large, not readable, or gone',
      'the line as it was; a start uses the last good file',
      '`config_refused`',
    ],
    [
      'a changed file needs a secret that is not there',
      'the line as it was; the change is applied when the secret is there',
      '`config_refused`, `secret_missing`',
    ],
    [
      'password, certificate or key of the uplink is missing at the start',
      'inspection and journal; the uplink is off, and starts when the file is there',
      '`secret_missing`',
    ],
    [
      'the secret of one camera is missing at the start',
      'all other cameras; this one starts when the secret is there',
      '`secret_missing`',
    ],
    [
      'a secret goes missing while it is in use',
      'everything, with the secret that was read before',
      '`secret_missing`',
    ],
    [
      'the secret of a plant connection is missing',
      'everything else; the connection is tried again',
      '`secret_missing`',
    ],
    [
      'the broker is down, refuses the password, or has no valid certificate',
      'inspection and journal; records wait',
      '`broker_…`, `credentials_refused`',
    ],
    ['there is no collector', 'inspection and journal; records wait', '`collector_absent` (doctor)'],
    ['a camera is not there', 'all other cameras', 'that of the camera'],
    [
      'the evidence folder cannot be written',
      'inspection; events are recorded without pictures',
      '`evidence_unwritable`',
    ],
    ['the disk is full', 'inspection; the oldest records are deleted and declared lost', '`disk_full`'],
  ].map(([fault = '', goesOn = '', codes = '']) => [fault, goesOn, codes]),
)}

## What a change restarts

A changed file is checked and applied while the service runs. The column **Restart** says what a change of the key
restarts; everything else goes on, and events that are open on other cameras stay open.

${table(['Restart', 'What is restarted', 'What happens to open events'], RESTART_ROWS)}

A file that changes several keys restarts what each of them names, each thing once.`;

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
  return page('docs/configuration.md', INTRODUCTION, ...sections, renamed());
}

function section(group: string, keys: readonly KeyDescription[], root: SchemaNode): string {
  const title = group === '' ? '## The file itself' : `## ${code(group)}`;
  const about = group === '' ? '' : `\n\n${nodeAt(root, group)?.description ?? ''}`;
  const rows = keys.map((key) => [
    `${code(key.path.slice(group === '' ? 0 : group.length + 1))}${key.forms === undefined ? '' : ` (${key.forms.join(', ')})`}`,
    key.unit ?? key.type,
    key.required ? '**required**' : key.default === undefined ? '' : code(valueText(key.default)),
    key.restart,
    key.example === undefined ? key.description : `${key.description} Example: ${code(valueText(key.example))}`,
  ]);
  return `${title}${about}\n\n${table(['Key', 'Value', 'Default', 'Restart', 'Meaning'], rows)}`;
}

function renamed(): string {
  const about =
    'The old name of a key or value is an error that names the new one. A `config/last-good.yaml` with old names is migrated when it is read, so a device starts with it after an update.';
  const rows = [
    ...RENAMES.map(({ group, from, to }) => [code(group), code(from), code(to)]),
    ...VALUE_RENAMES.map(({ group, key, from, to }) => [code(group), code(`${key}: ${from}`), code(`${key}: ${to}`)]),
  ];
  return `## Renamed keys and values\n\n${about}\n\n${table(['In', 'Old name', 'New name'], rows)}`;
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
