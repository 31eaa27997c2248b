import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as protocol from '@lineside/protocol';
import { z } from 'zod';
import { code, type GeneratedFile, json, page, table } from './generated-file.ts';

const FOLDER = 'cloud-sync/protocol';

const INTRODUCTION = `# The wire

What travels between a line and the collector over MQTT 5, and how both ends prove that nothing was lost. Payloads are
JSON (UTF-8), gzipped when that gains, or in a Zstandard frame over the dictionary \`zstd1\` (dictionary.ts) where
the receiver has said that it reads it (\`accepts\`); a receiver tells by the first bytes. Their JSON Schemas are in
[cloud-sync/protocol/schema](../cloud-sync/protocol/schema). Unknown keys are ignored, so that either end may be newer.

- A record's key is \`(device, epoch, stream, seq)\`. \`epoch\` is drawn when a journal is made; \`seq\` starts at 1 and has
  no holes.
- The device sends batches while the collector's retained state says online. The collector commits, then acknowledges.
  Nothing is deleted on a device before that; the broker's own PUBACK promises nothing.
- A record that had to be given up is named by a tombstone, which is delivered like any record.
- Each stream is a hash chain: \`h(n) = SHA-256(h(n-1) "\\n" JCS(record))\` with hashes as 64 hexadecimal digits, JCS as in
  RFC 8785, and \`h(0) = SHA-256("lineside/v1\\n" device "\\n" epoch "\\n" stream "\\n")\`. It makes a later change evident;
  it does not prevent one.
- An audit record \`heads_signed\` carries the ends of all chains, signed with the device's Ed25519 key: \`details\` holds
  \`key\` (raw, base64url; also in the birth message), each stream as \`seq:hash\`, and \`signature\` over
  \`"lineside/v1 heads\\n" device "\\n" epoch "\\n"\` and a line \`stream seq hash\` for each stream.
- A journal that was damaged or turned back goes on under a new epoch. A record carried over from it has \`was\`: the
  epoch and number under which the collector may have it already.`;

/** What each topic carries. */
const PAYLOADS: Readonly<Record<string, string>> = {
  up: 'Batch',
  state: 'DeviceState',
  reported: 'Reported',
  ack: 'Ack',
  cmd: 'ResendCommand',
  collectorState: 'CollectorState',
};

interface NamedSchema {
  readonly name: string;
  readonly schema: z.ZodType;
}

function schemas(): readonly NamedSchema[] {
  return Object.entries(protocol).flatMap(([name, value]) =>
    value instanceof z.ZodObject ? [{ name, schema: value }] : [],
  );
}

export function protocolSchemas(): readonly GeneratedFile[] {
  return schemas().map(({ name, schema }) =>
    json(`${FOLDER}/schema/${fileName(name)}`, { title: name, ...z.toJSONSchema(schema, { io: 'input' }) }),
  );
}

function fileName(name: string): string {
  return `${name.replace(/(?<!^)([A-Z])/g, '-$1').toLowerCase()}.schema.json`;
}

export async function protocolDocument(root: string): Promise<GeneratedFile> {
  const source = async (name: string): Promise<string> => readFile(join(root, FOLDER, 'src', name), 'utf8');
  const comments = readComments(`${await source('envelope.ts')}\n${await source('bodies.ts')}`);
  const sections = schemas().map(({ name, schema }) => envelope(name, schema, comments.get(name) ?? ''));
  return page(
    'docs/protocol.md',
    INTRODUCTION,
    '## Topics',
    topicTable(await source('topics.ts')),
    `Streams, in the order in which they are sent when the link is short: ${protocol.STREAMS.map(code).join(', ')}.`,
    '## Payloads and records',
    ...sections,
  );
}

/** `/** ... *\/` before each exported schema. */
function readComments(text: string): ReadonlyMap<string, string> {
  const found = text.matchAll(/\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\nexport const (\w+)/g);
  return new Map([...found].map(([, comment = '', name = '']) => [name, plain(comment)]));
}

function plain(comment: string): string {
  return comment
    .replaceAll(/\n\s*\*/g, ' ')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function topicTable(source: string): string {
  const lines = source.matchAll(/\/\*\* ([^\n]*) \*\/\n {2}(\w+): (?:\(device|`)/g);
  const rows = [...lines].map(([, about = '', key = '']) => {
    const topic: unknown = Reflect.get(protocol.topics, key);
    const text: unknown =
      typeof topic === 'function' ? Reflect.apply(topic, undefined, ['{device}', '{stream}']) : topic;
    const payload = PAYLOADS[key];
    return [code(String(text)), about, payload === undefined ? '' : `[${payload}](#${payload.toLowerCase()})`];
  });
  return table(['Topic', 'What', 'Payload'], rows);
}

interface JsonField {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly format?: string;
  readonly items?: JsonField;
  readonly $ref?: string;
}

function envelope(name: string, schema: z.ZodType, about: string): string {
  const shape = z.toJSONSchema(schema, { io: 'input' });
  const required = new Set(shape.required ?? []);
  const rows = Object.entries(shape.properties ?? {}).map(([key, field]) => [
    code(key),
    typeText(field as JsonField),
    required.has(key) ? 'yes' : '',
  ]);
  const file = `[${fileName(name)}](../${FOLDER}/schema/${fileName(name)})`;
  return [`### ${name}`, about, table(['Key', 'Value', 'Required'], rows), file]
    .filter((text) => text !== '')
    .join('\n\n');
}

function typeText(field: JsonField): string {
  if (field.const !== undefined) return code(JSON.stringify(field.const));
  if (field.enum !== undefined) return field.enum.map((value) => code(String(value))).join(' ');
  if (field.format === 'uuid') return 'UUID';
  if (field.pattern === '^[0-9a-f]{64}$') return 'SHA-256, 64 hex digits';
  if (field.pattern === '^[0-9a-f]{16}$') return '16 hex digits';
  if (field.type === 'array') return field.items?.type === undefined ? 'list' : `list of ${typeText(field.items)}`;
  return field.type ?? 'object';
}
