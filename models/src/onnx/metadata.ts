import { printable } from '@lineside/kit';
import { type Literal, parseLiteral } from './literal.ts';

/** What exporters write beside the graph. Ultralytics writes all of it, others only names or nothing. */
export interface ModelHints {
  readonly names?: readonly string[];
  /** `detect`, `segment`, `classify`, `pose`, `obb` as Ultralytics calls them. */
  readonly task?: string;
  /** Height, width in pixels. */
  readonly size?: readonly [height: number, width: number];
  readonly stride?: number;
  readonly endToEnd?: boolean;
  /** Numbers that a box has for its key points. */
  readonly keypoints?: number;
  readonly licence?: string;
  readonly author?: string;
}

const NAME_KEYS = ['names', 'class_names', 'classes', 'labels', 'id2label', 'label_map'];
const NAMES_MOST = 25_000;
/** Beside it a number fits into the 128 characters that a manifest allows. */
const NAME_LENGTH_MOST = 120;
const TEXT_LENGTH_MOST = 256;

/** Reads the well-known keys of a model's metadata; what cannot be read is left out. */
export function readHints(metadata: ReadonlyMap<string, string>): ModelHints {
  const literal = (key: string): Literal | undefined => parseLiteral(metadata.get(key) ?? '');
  const names = NAME_KEYS.map((key) => readNames(metadata.get(key))).find((found) => found !== undefined);
  const size = sizeOf(literal('imgsz') ?? literal('image_size') ?? literal('input_size'));
  const stride = strideOf(literal('stride'));
  const text = (key: string): string | undefined => {
    const value = metadata.get(key)?.trim();
    return value === undefined ? undefined : printable(value, TEXT_LENGTH_MOST);
  };
  const task = text('task');
  const [licence, author] = [text('license') ?? text('licence'), text('author')];
  return {
    ...(names === undefined ? {} : { names }),
    ...(task === undefined ? {} : { task }),
    ...(size === undefined ? {} : { size }),
    ...(stride === undefined ? {} : { stride }),
    ...keypointsOf(literal('kpt_shape')),
    ...(literal('end2end') === true ? { endToEnd: true } : {}),
    ...(licence === undefined ? {} : { licence }),
    ...(author === undefined ? {} : { author }),
  };
}

/** Class names: a dict by index, a list, or words separated by commas or line ends. */
export function readNames(text: string | undefined): readonly string[] | undefined {
  if (text === undefined || text.trim() === '') return undefined;
  const names = namesOf(parseLiteral(text)) ?? listed(text);
  if (names.length === 0 || names.length > NAMES_MOST) return undefined;
  return distinct(names.map((name, i) => shownName(name) || `class${i}`));
}

/** A name as it can be shown anywhere. An escape that is cut in two is harmless. */
function shownName(name: string): string {
  return printable(name.trim(), NAME_LENGTH_MOST).slice(0, NAME_LENGTH_MOST).trim();
}

function namesOf(value: Literal | undefined): readonly string[] | undefined {
  if (Array.isArray(value)) return value.map((name: Literal) => plain(name));
  if (!(value instanceof Map)) return undefined;
  const entries: readonly (readonly [string, Literal])[] = [...value];
  // {0: 'person'} as Ultralytics writes it, or {'person': 0}, with key and value exchanged.
  const turned = entries.every(([, index]) => typeof index === 'number');
  const pairs = entries.map(([key, name]) =>
    turned ? ([Number(name), key] as const) : ([Number(key), plain(name)] as const),
  );
  const most = Math.max(-1, ...pairs.map(([index]) => index));
  if (most < 0 || most >= NAMES_MOST || pairs.some(([index]) => !Number.isInteger(index) || index < 0))
    return undefined;
  const byIndex = new Map(pairs);
  return Array.from({ length: most + 1 }, (_, i) => byIndex.get(i) ?? `class${i}`);
}

function plain(value: Literal): string {
  return typeof value === 'object' ? '' : String(value);
}

function listed(text: string): readonly string[] {
  if (/^\s*[{[(]/.test(text)) return [];
  return text.split(text.includes('\n') ? '\n' : ',').filter((name) => name.trim() !== '');
}

/** Label sets in wide use hold one name twice (ImageNet's crane); events must distinguish the two. */
export function distinct(names: readonly string[]): readonly string[] {
  const seen = new Map<string, number>();
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function sizeOf(value: Literal | undefined): readonly [number, number] | undefined {
  const [height, width] = Array.isArray(value) ? value.slice(-2).map(Number) : [Number(value), Number(value)];
  const isSize = (size: number | undefined): size is number => Number.isInteger(size) && (size ?? 0) > 0;
  if (!isSize(height)) return undefined;
  return [height, isSize(width) ? width : height];
}

/** `[17, 3]`: points, and numbers of each. */
function keypointsOf(value: Literal | undefined): Pick<ModelHints, 'keypoints'> {
  if (!Array.isArray(value)) return {};
  const [points = 0, numbers = 0] = value.map(Number);
  const keypoints = points * numbers;
  return Number.isInteger(keypoints) && keypoints > 0 && keypoints <= 2_000 ? { keypoints } : {};
}

function strideOf(value: Literal | undefined): number | undefined {
  const stride = Array.isArray(value) ? Math.max(...value.map(Number)) : Number(value);
  return value !== undefined && Number.isInteger(stride) && stride > 0 ? stride : undefined;
}
