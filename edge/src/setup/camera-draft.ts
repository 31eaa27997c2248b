import { readFile } from 'node:fs/promises';
import { LinesideError } from '@lineside/kit';
import {
  type CameraEdit,
  checkConfig,
  type CodesEdit,
  type Config,
  type ConfigSources,
  editCamera,
  editCodes,
  type LoadedConfig,
  saveConfig,
} from '../config/index.ts';

type Points = readonly (readonly [x: number, y: number])[];

/** A shape on the picture. Points are fractions of it. The id of a line is `line:` and its rule. */
export interface SetupShape {
  readonly kind: 'zone' | 'mask' | 'line';
  readonly id: string;
  readonly points: Points;
  /** It can be moved and not removed: a rule always has its line. */
  readonly fixed?: boolean | undefined;
}

export interface SetupRule {
  readonly id: string;
  readonly type: string;
  readonly hasZone: boolean;
  readonly hasLine: boolean;
  readonly zone?: string;
  /** Events that a recording would have made; absent without a recording. */
  readonly events?: number;
}

/** What the page shows. */
export interface SetupView {
  readonly camera: string;
  readonly shapes: readonly SetupShape[];
  readonly rules: readonly SetupRule[];
  /** Saves that can be undone. */
  readonly undoes: number;
}

/** What the page sends: all shapes, and the zone of each rule. */
export interface SetupChange {
  readonly shapes: readonly SetupShape[];
  readonly rules: readonly { readonly id: string; readonly zone: string | null }[];
}

export interface CameraDraftOptions {
  /** Path of the configuration file. */
  readonly path: string;
  readonly sources: ConfigSources;
  readonly camera: string;
  /** Events by rule that a recording would have made with a configuration. */
  readonly eventsOf?: (text: string) => ReadonlyMap<string, number>;
}

/** One camera in a configuration file while it is set up. Each save is checked and can be undone. */
export class CameraDraft {
  readonly #options: CameraDraftOptions;
  readonly #before: string[] = [];
  #loaded: LoadedConfig;

  private constructor(options: CameraDraftOptions, loaded: LoadedConfig) {
    this.#options = options;
    this.#loaded = loaded;
  }

  /** Throws ConfigError for a file that is no good configuration. */
  static async open(options: CameraDraftOptions): Promise<CameraDraft> {
    const { path, sources } = options;
    return new CameraDraft(options, checkConfig(await readFile(path, 'utf8'), { ...sources, path }));
  }

  /** Whether the file is still as this draft has read or written it. */
  async isCurrent(): Promise<boolean> {
    return (await readFile(this.#options.path, 'utf8')) === this.#loaded.text;
  }

  /** Hash of the configuration that the view shows. */
  get revision(): string {
    return this.#loaded.sourceHash;
  }

  view(): SetupView {
    const { camera: id, eventsOf } = this.#options;
    const { config, text } = this.#loaded;
    const rules = rulesOf(config, id);
    const masks = masksOf(rules);
    const zones = config.cameras.find((camera) => camera.id === id)?.zones ?? [];
    const events = eventsOf?.(text);
    return {
      camera: id,
      shapes: [
        ...zones.map(
          (zone): SetupShape => ({
            kind: masks.has(zone.id) ? 'mask' : 'zone',
            id: zone.id,
            points: zone.polygon,
          }),
        ),
        ...rules.flatMap((rule): readonly SetupShape[] =>
          'line' in rule ? [{ kind: 'line', id: lineId(rule.id), points: rule.line, fixed: true }] : [],
        ),
      ],
      rules: rules.map((rule) => {
        const zone = 'zone' in rule ? rule.zone : undefined;
        const made = events?.get(rule.id);
        return {
          ...{ id: rule.id, type: rule.type, hasZone: 'minScore' in rule, hasLine: 'line' in rule },
          ...(zone === undefined ? {} : { zone }),
          ...(events === undefined ? {} : { events: made ?? 0 }),
        };
      }),
      undoes: this.#before.length,
    };
  }

  /**
   * Writes what differs from the file; true where anything does. Throws ConfigError where the result is no good
   * configuration, and `config_changed` where somebody else has changed the file meanwhile: then nothing is written.
   */
  async save(change: SetupChange): Promise<boolean> {
    const { text } = this.#loaded;
    const next = editCamera(text, this.#editOf(change));
    if (next === editCamera(text, this.#noEdit())) return false;
    await this.#write(next);
    this.#before.push(text);
    return true;
  }

  /**
   * Writes the fields of the camera's rule `code_check`, which is added where there is none, and a recipe. True where that
   * changes the file. Throws as `save`.
   */
  async saveCodes(edit: Pick<CodesEdit, 'fields' | 'labels' | 'recipe'>): Promise<boolean> {
    const { camera } = this.#options;
    const { config, text } = this.#loaded;
    const [model] = config.cameras.find(({ id }) => id === camera)?.models ?? [];
    const own = rulesOf(config, camera).find(({ type }) => type === 'code_check');
    const next = editCodes(text, { ...edit, camera, rule: own?.id ?? 'codes', model: model?.id ?? 'defect' });
    if (next === text) return false;
    await this.#write(next);
    this.#before.push(text);
    return true;
  }

  /** Writes the file as it was before the last save; false where there is none. */
  async undo(): Promise<boolean> {
    const text = this.#before.at(-1);
    if (text === undefined) return false;
    await this.#write(text);
    this.#before.pop();
    return true;
  }

  async #write(text: string): Promise<void> {
    const { path, sources } = this.#options;
    if ((await readFile(path, 'utf8')) !== this.#loaded.text) {
      const message = `${path} has been changed by somebody else since this page was opened`;
      const advice = 'end this command and start it again';
      throw new LinesideError({ code: 'config_changed', message, advice });
    }
    const loaded = checkConfig(text, { ...sources, path });
    await saveConfig(path, text, sources);
    this.#loaded = loaded;
  }

  #noEdit(): CameraEdit {
    return { camera: this.#options.camera, zones: {}, masks: [], minScores: {} };
  }

  #editOf({ shapes, rules }: SetupChange): CameraEdit {
    const now = this.view();
    const was = new Map(now.shapes.map((shape) => [shape.id, shape]));
    const changed = shapes.filter(
      (shape) => JSON.stringify(was.get(shape.id)?.points) !== JSON.stringify(shape.points),
    );
    const polygons = changed.filter(({ kind }) => kind !== 'line');
    const lines = changed.filter(({ kind }) => kind === 'line');
    const kept = new Set(shapes.map(({ id }) => id));
    const zoneWas = new Map(now.rules.map(({ id, zone }) => [id, zone ?? null]));
    return {
      ...this.#noEdit(),
      zones: Object.fromEntries(polygons.map(({ id, points }) => [id, points])),
      masks: shapes.flatMap(({ kind, id }) => (kind === 'mask' && was.get(id)?.kind !== 'mask' ? [id] : [])),
      removed: now.shapes.flatMap(({ kind, id }) => (kind === 'line' || kept.has(id) ? [] : [id])),
      lines: Object.fromEntries(lines.map(({ id, points }) => [id.slice(lineId('').length), points])),
      ruleZones: Object.fromEntries(
        rules.flatMap(({ id, zone }) => (zoneWas.has(id) && zoneWas.get(id) !== zone ? [[id, zone]] : [])),
      ),
    };
  }
}

function rulesOf(config: Config, camera: string): Config['rules'] {
  return config.rules.filter((rule) => rule.camera === camera);
}

function masksOf(rules: Config['rules']): ReadonlySet<string> {
  return new Set(rules.flatMap((rule) => ('masks' in rule ? rule.masks : [])));
}

function lineId(rule: string): string {
  return `line:${rule}`;
}
