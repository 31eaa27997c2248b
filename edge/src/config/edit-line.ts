import { isMap, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';

/** What a first setup adds to a configuration. Everything else in the file stays as it is. */
export interface LineEdit {
  readonly device?: string;
  readonly line?: string;
  readonly language?: string;
  /** New cameras, or new values of known ones. */
  readonly cameras?: readonly { readonly id: string; readonly url?: string; readonly models?: readonly string[] }[];
  /** New rules; one whose id is known is replaced. `sentence` stands above it as a comment. */
  readonly rules?: readonly { readonly options: Readonly<Record<string, unknown>>; readonly sentence?: string }[];
  /** New signals, or new values of known ones. */
  readonly signals?: readonly { readonly id: string; readonly type?: string; readonly source: string }[];
  readonly uplink?: Readonly<Record<string, unknown>>;
}

/** Keys of the uplink that belong to one collector, and change together. */
const IDENTITY = new Set(['broker', 'username', 'password', 'ca', 'cert', 'key']);

/** The text of a configuration file with the edit in it; comments and order stay. */
export function editLine(text: string, edit: LineEdit): string {
  const { device, line, language, cameras = [], rules = [], signals = [], uplink } = edit;
  const document = parseDocument(text);
  if (device !== undefined) document.set('device', device);
  if (line !== undefined) document.set('line', line);
  if (language !== undefined) document.set('language', language);
  for (const { id, ...values } of signals) {
    const known = entryOf(document, 'signals', id) ?? append(document, 'signals', { id });
    for (const [key, value] of Object.entries(values)) known.set(key, value);
  }
  for (const { id, url, models } of cameras) {
    const known = entryOf(document, 'cameras', id) ?? append(document, 'cameras', { id });
    if (url !== undefined) known.set('url', url);
    if (models !== undefined) known.set('models', document.createNode(models, { flow: true }));
  }
  for (const { options, sentence } of rules) {
    const known = entryOf(document, 'rules', String(options['id']));
    if (known !== undefined) known.items = [];
    const entry = known ?? append(document, 'rules', {});
    for (const [key, value] of Object.entries(options)) entry.set(key, document.createNode(value, { flow: true }));
    if (sentence !== undefined) entry.commentBefore = ` ${sentence}`;
  }
  if (uplink !== undefined) {
    const known: unknown = document.get('uplink');
    if (!isMap(known)) document.set('uplink', document.createNode(uplink));
    else {
      for (const key of IDENTITY) known.delete(key);
      for (const [key, value] of Object.entries(uplink)) known.set(key, value);
    }
  }
  return document.toString({ lineWidth: 120 });
}

function entryOf(document: Document, list: string, id: string): YAMLMap | undefined {
  const entries: unknown = document.get(list);
  const maps = isSeq(entries) ? entries.items.filter((item) => isMap(item)) : [];
  return maps.find((item) => item.get('id') === id);
}

function append(document: Document, list: string, value: Readonly<Record<string, unknown>>): YAMLMap {
  if (!isSeq(document.get(list))) document.set(list, document.createNode([]));
  const entries: unknown = document.get(list);
  const entry: unknown = document.createNode(value);
  if (!isSeq(entries) || !isMap(entry)) throw new TypeError(`${list} is no list`);
  entries.flow = false;
  entry.flow = false;
  entries.add(entry);
  return entry;
}
