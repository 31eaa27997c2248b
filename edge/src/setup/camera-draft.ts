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
  type OptionValue,
  saveConfig,
  toFileForm,
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
  /** Its other options that are one value, defaults included, as the file has them. */
  readonly options: Readonly<Record<string, OptionValue>>;
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
  readonly rules: readonly RuleChange[];
}

export interface RuleChange {
  readonly id: string;
  readonly zone: string | null;
  /** Options as a person types them; an empty text stands for the default. */
  readonly options?: Readonly<Record<string, string>>;
}

/** An option of a rule that a change sets, its zone among them. Values as texts; undefined: the default, or for a zone the entire picture. */
export interface RuleDifference {
  readonly rule: string;
  readonly option: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
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
    const options = optionsOf(config);
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
          options: options.get(rule.id) ?? {},
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
    const next = this.#textWith(change);
    if (next === undefined) return false;
    await this.#write(next);
    this.#before.push(text);
    return true;
  }

  /** What the change would set on the rules of the camera, in the order of the configuration. Writes nothing. */
  differences(change: SetupChange): readonly RuleDifference[] {
    const { ruleZones = {}, ruleOptions = {} } = this.#editOf(change);
    const text = (value: OptionValue | null | undefined) => (value === null ? undefined : value?.toString());
    return this.view().rules.flatMap(({ id: rule, zone, options }) => [
      ...(rule in ruleZones ? [{ rule, option: 'zone', from: zone, to: text(ruleZones[rule]) }] : []),
      ...Object.entries(ruleOptions[rule] ?? {}).map(([option, to]) => ({
        ...{ rule, option, from: text(options[option]), to: text(to) },
      })),
    ]);
  }

  /**
   * The text of the file as it is, and as the change would make it. Throws ConfigError where that is no good configuration.
   * Writes nothing.
   */
  texts(change: SetupChange): { readonly before: string; readonly after: string } {
    const { path, sources } = this.#options;
    const { text } = this.#loaded;
    const after = this.#textWith(change) ?? text;
    checkConfig(after, { ...sources, path });
    return { before: text, after };
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

  /** Undefined where the change changes nothing. */
  #textWith(change: SetupChange): string | undefined {
    const { text } = this.#loaded;
    const next = editCamera(text, this.#editOf(change));
    return next === editCamera(text, this.#noEdit()) ? undefined : next;
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
      ruleOptions: Object.fromEntries(
        rules.map(({ id, options = {} }) => [
          id,
          changedOptions(
            options,
            now.rules.find((rule) => rule.id === id),
          ),
        ]),
      ),
    };
  }
}

function rulesOf(config: Config, camera: string): Config['rules'] {
  return config.rules.filter((rule) => rule.camera === camera);
}

/** What says where a rule looks or what it is; those are not typed as text. */
const NOT_TYPED = new Set(['id', 'type', 'camera', 'zone', 'line']);

function optionsOf(config: Config): ReadonlyMap<string, Readonly<Record<string, OptionValue>>> {
  return new Map(
    (toFileForm(config).rules ?? []).map((rule) => [
      rule.id,
      Object.fromEntries(
        Object.entries(rule).filter(
          (entry): entry is [string, OptionValue] =>
            !NOT_TYPED.has(entry[0]) && ['string', 'number', 'boolean'].includes(typeof entry[1]),
        ),
      ),
    ]),
  );
}

/** Options that are another now; only those that the rule has, and each as the kind of value that it was. */
function changedOptions(
  typed: Readonly<Record<string, string>>,
  rule: SetupRule | undefined,
): Readonly<Record<string, OptionValue | null>> {
  return Object.fromEntries(
    Object.entries(typed).flatMap(([name, text]) => {
      const was = rule?.options[name];
      if (was === undefined || text === String(was)) return [];
      return [[name, text.trim() === '' ? null : valueOf(text.trim(), was)]];
    }),
  );
}

/** What is no number stays a text, for the check of the configuration to refuse. */
function valueOf(text: string, was: OptionValue): OptionValue {
  if (typeof was === 'number') return Number.isFinite(Number(text)) ? Number(text) : text;
  if (typeof was === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

function masksOf(rules: Config['rules']): ReadonlySet<string> {
  return new Set(rules.flatMap((rule) => ('masks' in rule ? rule.masks : [])));
}

function lineId(rule: string): string {
  return `line:${rule}`;
}
