import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as protocol from '@lineside/protocol';
import { z } from 'zod';
import { code, type GeneratedFile, json, page, table } from './generated-file.ts';

const FOLDER = 'cloud-sync/protocol';

const INTRODUCTION = `# The protocol

This is what travels between a device and the collector over MQTT 5, and how both ends prove that nothing was lost. The
topic map in [topics.ts](../${FOLDER}/src/topics.ts) is the one source for the code of both ends, for the rights at the
managed broker and for this page.

- The key of a record is \`(device, epoch, stream, seq)\`. \`epoch\` is drawn when a journal is created. \`seq\` starts
  at 1 and has no gaps.
- A device sends batches while the collector's retained state is online. The collector commits and then acknowledges. A
  device deletes nothing before that. The broker's PUBACK confirms nothing.
- A record that had to be given up is named by a tombstone, which is delivered like any other record.
- Each stream is a hash chain: \`h(n) = SHA-256(h(n-1) "\\n" JCS(record))\` with hashes as 64 hexadecimal digits, JCS as in
  RFC 8785, and \`h(0) = SHA-256("lineside/v1\\n" device "\\n" epoch "\\n" stream "\\n")\`. The chain makes a later change
  evident. It does not prevent one.
- An audit record \`heads_signed\` carries the heads of all chains, signed with the device's Ed25519 key. Its \`details\`
  hold \`key\` (raw, base64url; also in the birth message), each stream as \`seq:hash\`, and \`signature\` over
  \`"lineside/v1 heads\\n" device "\\n" epoch "\\n"\` and one line \`stream seq hash\` per stream.
- A journal that was damaged or rolled back continues under a new epoch. A record that was transferred from the old
  journal has \`was\`: the epoch and number under which the collector may have it already.`;

const READING = `## How messages are read

Both ends parse every message against the schema of its topic before anything is stored or shown. A message that does not
fit is counted (\`lineside_collector_malformed_total\` by topic and reason, \`lineside_link_refused_total\` by reason), logged once
per topic and device and then at most every half minute, and dropped.

- **Size.** The JSON of a message, after decompression, may have as many bytes as the table above allows. Decompression
  stops at that number. The managed broker also refuses packets over 272 KiB.
- **Depth.** Objects and lists may be nested ${protocol.MAX_DEPTH} levels deep.
- **Unknown fields** are ignored: they are neither stored nor shown, so that either end may be newer. The broker retains
  the complete document; a collector that is upgraded therefore reads what the older one ignored. Records are the
  exception: the hash covers a record as it was sent, so the collector stores it with all its fields.
- **Unknown values.** A record whose kind or body the collector does not know is stored, counted and not interpreted. In
  documents, a field that may get new values later is a bounded text, not a closed list.
- **Unknown topics** below \`down/\` are counted by the device and ignored.`;

const ENCODING = `**Encoding.** Payloads are UTF-8 JSON. A sender writes \`json\` as it is; with \`gzip\` it compresses when that makes
the payload shorter; with \`negotiated\` it may also use \`zstd2\` or \`zstd1\`, whichever of the two the
receiver has announced (\`accepts\`), \`zstd2\` first. \`zstd1\` is a Zstandard frame over the first dictionary of
[dictionary.ts](../${FOLDER}/src/dictionary.ts); \`zstd2\` is the byte 02 and a frame over the second, which knows the present
names of fields. A receiver takes every form on every topic and distinguishes them by the first bytes.`;

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
  const texts = await Promise.all(['envelope.ts', 'bodies.ts', 'desired.ts'].map(source));
  const comments = readComments(texts.join('\n'));
  const sections = schemas().map(({ name, schema }) => envelope(name, schema, comments.get(name) ?? ''));
  return page(
    'docs/protocol.md',
    INTRODUCTION,
    '## Topics',
    topicTable(),
    `Streams, in the order in which they are sent when the connection is slow: ${protocol.STREAMS.map(code).join(', ')}.`,
    ENCODING,
    '## Rights at the broker',
    'The managed broker grants exactly these. Another broker should grant a device no more.',
    rightsTable(),
    READING,
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

function topicTable(): string {
  const names = new Map(schemas().map(({ name, schema }) => [schema, name]));
  const rows = protocol.TOPIC_KINDS.map((kind) => {
    const spec = protocol.specOf(kind);
    const payload = names.get(spec.schema) ?? '';
    return [
      code(`${protocol.PREFIX}/${spec.pattern}`),
      spec.about,
      `[${payload}](#${payload.toLowerCase()})`,
      `${spec.publisher} to ${spec.readers.join(', ')}`,
      [spec.retain ? 'retained' : '', spec.expiryS === undefined ? '' : `expires after ${spec.expiryS} s`]
        .filter((text) => text !== '')
        .join(', '),
      spec.encoding,
      `${spec.maxBytes / 1024} KiB`,
    ];
  });
  const head = ['Topic', 'What it carries', 'Payload', 'Direction', 'At the broker', 'Encoding', 'Most JSON'];
  return `${table(head, rows)}\n\nAll messages have QoS 1.`;
}

function rightsTable(): string {
  const rows = (user: string, rights: readonly protocol.TopicRight[]): readonly string[][] =>
    rights.map(({ access, filter }) => [user, access, code(filter)]);
  return table(
    ['User', 'Access', 'Topics'],
    [...rows('a device', protocol.deviceRights('{device}')), ...rows('the collector', protocol.collectorRights())],
  );
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
