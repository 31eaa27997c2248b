import { copyFile } from 'node:fs/promises';
import { isMap, isScalar, isSeq, parseDocument, type Document, type YAMLMap } from 'yaml';
import { writeFileAtomic } from '@lineside/kit';
import { definitionOf } from '../rules/index.ts';
import { checkConfig, type ConfigSources } from './load.ts';

type Polygon = readonly (readonly [x: number, y: number])[];

/** A value of an option as a file has it. */
export type OptionValue = string | number | boolean;

/** What is set on one camera and the rules that watch it. Everything else in the file stays as it is. */
export interface CameraEdit {
  readonly camera: string;
  /** Zones by id; one that exists gets the new polygon. Corners are fractions of the frame. */
  readonly zones: Readonly<Record<string, Polygon>>;
  /** Zones in which no rule of the camera sees anything. */
  readonly masks: readonly string[];
  /** The option `minScore` of rules, by id. */
  readonly minScores: Readonly<Record<string, number>>;
  /** Zones that are taken out, also of the masks of rules. */
  readonly removed?: readonly string[];
  /** The option `line` of rules, by id. */
  readonly lines?: Readonly<Record<string, Polygon>>;
  /** The option `zone` of rules, by id; null: the whole picture. */
  readonly ruleZones?: Readonly<Record<string, string | null>>;
  /** Other options of rules, by id and name, each one value; null takes it out, so that the default holds. */
  readonly ruleOptions?: Readonly<Record<string, Readonly<Record<string, OptionValue | null>>>>;
}

/** The text of a configuration file with the edit in it; comments and order stay. Throws TypeError for a file without the camera. */
export function editCamera(text: string, edit: CameraEdit): string {
  const { camera, zones, masks, minScores, removed = [], lines = {}, ruleZones = {}, ruleOptions = {} } = edit;
  const document = parseDocument(text);
  const map = mapsOf(document, 'cameras').find((one) => one.get('id') === camera);
  if (map === undefined) throw new TypeError(`the file has no camera ${camera}`);
  for (const [id, polygon] of Object.entries(zones)) setZone(document, map, id, polygon);
  for (const id of removed) removeItem(map.get('zones'), (item) => isMap(item) && item.get('id') === id);
  for (const rule of mapsOf(document, 'rules')) {
    if (rule.get('camera') !== camera) continue;
    const id = String(rule.get('id'));
    const [score, line, zone] = [minScores[id], lines[id], ruleZones[id]];
    if (score !== undefined) rule.set('minScore', score);
    if (line !== undefined) rule.set('line', document.createNode(line, { flow: true }));
    if (zone === null) rule.delete('zone');
    else if (zone !== undefined) rule.set('zone', zone);
    for (const [name, value] of Object.entries(ruleOptions[id] ?? {})) {
      if (value === null) rule.delete(name);
      else rule.set(name, value);
    }
    for (const mask of removed) removeItem(rule.get('masks'), (item) => isScalar(item) && item.value === mask);
    if (masks.length > 0 && takesMasks(rule)) addMasks(document, rule, masks);
  }
  return document.toString({ lineWidth: 120 });
}

/**
 * Checks a text as if it stood at `path` and writes it there at once; the file before it is kept beside it. Returns the
 * path of that copy. Throws ConfigError, and then nothing is written.
 */
export async function saveConfig(path: string, text: string, sources: ConfigSources): Promise<string> {
  checkConfig(text, { ...sources, path });
  const kept = `${path}.before`;
  await copyFile(path, kept);
  await writeFileAtomic(path, text);
  return kept;
}

function mapsOf(document: Document, key: string): YAMLMap[] {
  const list: unknown = document.get(key);
  return isSeq(list) ? list.items.filter((item) => isMap(item)) : [];
}

function setZone(document: Document, camera: YAMLMap, id: string, polygon: Polygon): void {
  const corners = document.createNode(polygon, { flow: true });
  const zones: unknown = camera.get('zones');
  if (!isSeq(zones)) {
    camera.set('zones', document.createNode([]));
    const made: unknown = camera.get('zones');
    if (isSeq(made)) made.flow = false;
  }
  const list: unknown = camera.get('zones');
  if (!isSeq(list)) return;
  const known = list.items.filter((item) => isMap(item)).find((item) => item.get('id') === id);
  if (known !== undefined) known.set('polygon', corners);
  else list.add(document.createNode({ id, polygon: corners }));
}

/** A rule that looks at no picture has none. */
function takesMasks(rule: YAMLMap): boolean {
  return 'masks' in (definitionOf(String(rule.get('type')))?.options.shape ?? {});
}

function removeItem(list: unknown, isIt: (item: unknown) => boolean): void {
  if (!isSeq(list)) return;
  list.items = list.items.filter((item) => !isIt(item));
}

function addMasks(document: Document, rule: YAMLMap, masks: readonly string[]): void {
  const before: unknown = rule.get('masks');
  const known: readonly unknown[] = isSeq(before) ? before.toJSON() : [];
  const added = masks.filter((mask) => !known.includes(mask));
  if (added.length > 0) rule.set('masks', document.createNode([...known, ...added], { flow: true }));
}
