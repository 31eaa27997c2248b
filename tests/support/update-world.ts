import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@lineside/kit';
import { CATALOG_DIR, importedDir, resolveModel } from '@lineside/models';
import {
  FolderSource,
  HttpSource,
  MetadataCache,
  type MetadataSource,
  TrustedRepository,
} from '@lineside/models/trust';
import {
  addConfiguration,
  addModel,
  findRelease,
  initRepository,
  publish,
  ReleaseFolder,
} from '../../cloud-sync/collector/src/release/index.ts';
import {
  BundleStore,
  type FileSource,
  FolderFiles,
  HttpFiles,
  type JournalNote,
  type HealthWindow,
  makeUpdateFolder,
  ObjectStore,
  type Shadow,
  TwoPlaceFloor,
  type UpdatableConfiguration,
  UpdateJournal,
  UpdateMachine,
  type UpdatePorts,
  type UpdateTimes,
} from '../../edge/src/updates/index.ts';
import { constantDetector, writeTinyBundle } from './tiny-onnx.ts';

export const MODEL = 'tiny';

/** A repository of releases of one small model, and of configurations. */
export class ReleasePublisher {
  readonly folder: ReleaseFolder;
  readonly #scratch: string;

  constructor(path: string) {
    this.folder = new ReleaseFolder(join(path, 'releases'));
    this.#scratch = join(path, 'bundles');
  }

  static async open(path: string): Promise<ReleasePublisher> {
    const publisher = new ReleasePublisher(path);
    await initRepository(publisher.folder, { customers: ['acme'], env: {}, nowMs: Date.now() });
    return publisher;
  }

  async work() {
    return { folder: this.folder, settings: await this.folder.settings(), env: {}, nowMs: Date.now() };
  }

  /** Releases a version of the model with `filler` bytes beside it; gives its target. */
  async model(
    version: string,
    options: { readonly filler?: number; readonly devices?: readonly string[]; readonly score?: number } = {},
  ): Promise<string> {
    const box = { cx: 16, cy: 16, width: 8, height: 8, classIndex: 0, score: options.score ?? 0.9 };
    const model = constantDetector({ size: 32, classes: 1, boxes: [box] });
    const dir = await writeTinyBundle(join(this.#scratch, version), model, { id: MODEL, size: 32, labels: ['thing'] });
    const manifest = JSON.parse(await readFile(join(dir, 'manifest.json'), 'utf8')) as object;
    await writeFile(join(dir, 'manifest.json'), JSON.stringify({ ...manifest, version }));
    const filler = Buffer.alloc(options.filler ?? 1_000, `${version} `);
    await writeFile(join(dir, 'notes.txt'), filler);
    const { devices } = options;
    const added = await addModel(await this.work(), dir, {
      customer: 'acme',
      ...(devices === undefined ? {} : { devices }),
    });
    await publish(await this.work());
    return added.target;
  }

  /** The published document of a release, with its hash. */
  async document(target: string): Promise<{ readonly sha256: string; readonly document: string }> {
    const { sha256 } = await findRelease(this.folder, target);
    return { sha256, document: await readFile(this.folder.target(target, sha256), 'utf8') };
  }

  async configuration(version: string, text: string): Promise<string> {
    const file = join(this.#scratch, `${version}.yaml`);
    await mkdir(this.#scratch, { recursive: true });
    await writeFile(file, text);
    const added = await addConfiguration(await this.work(), file, { customer: 'acme', name: 'line-1', version });
    await publish(await this.work());
    return added.target;
  }
}

/** What a test decides about the line on which an update is tried. */
export interface LineBehaviour {
  /** Figures of the model's lanes, by the version of the bundle that runs. */
  figures(version: string | undefined): HealthWindow;
  locked(): boolean;
  uses: boolean;
  /** What speaks against a model in shadow, by the folder of its bundle. */
  shadow(bundle: string): string | undefined;
  /** Whether the cameras show something in shadow, from this many looks on. */
  shownAfter: number;
  /** How long the line goes on as it was after its file was written. */
  followsMs: number;
}

export const GOOD: HealthWindow = [
  {
    camera: 'one',
    model: MODEL,
    offered: 100,
    inspected: 100,
    failed: 0,
    p95Ms: 20,
    seen: 100,
    shown: 100,
    constant: false,
  },
];
export const BAD: HealthWindow = [{ ...GOOD[0]!, inspected: 60, failed: 40 }];

/** All is well, and nothing is in view. */
export const QUIET: HealthWindow = [{ ...GOOD[0]!, seen: 0, shown: 0 }];

/** A device without cameras: everything of its updates is real but the line. */
export class UpdateDevice {
  readonly data: string;
  readonly folder: string;
  readonly journal: UpdateJournal;
  readonly bundles: BundleStore;
  readonly machine: UpdateMachine;
  readonly audits: string[] = [];
  readonly reloads: string[] = [];
  readonly behaviour: LineBehaviour = {
    figures: () => GOOD,
    locked: () => false,
    uses: true,
    shadow: () => undefined,
    shownAfter: 0,
    followsMs: 0,
  };
  configuration: { text: string; refused?: string; series?: string; onLocalChange: 'refuse' | 'replace' };
  /** The text with which the line runs; it follows the file after `behaviour.followsMs`. */
  runs = 'line: first\n';
  /** Texts that a person had written and that were kept. */
  readonly kept: string[] = [];

  constructor(
    data: string,
    repository: { readonly root: Buffer; readonly at: string },
    around: {
      readonly journal?: UpdateJournal;
      readonly files?: (files: FileSource) => FileSource;
      readonly source?: (source: MetadataSource) => MetadataSource;
      readonly prove?: UpdatePorts['prove'];
      readonly shadow?: () => Promise<Shadow>;
      readonly syncEvery?: number;
      readonly times?: Partial<UpdateTimes>;
      readonly note?: JournalNote;
    } = {},
  ) {
    this.data = data;
    this.folder = join(data, 'updates');
    this.journal = around.journal ?? new UpdateJournal(this.folder);
    this.bundles = new BundleStore(data, this.folder);
    this.configuration = { text: 'line: first\n', onLocalChange: 'refuse' };
    const memory: { text?: string } = {};
    const note = around.note ?? { read: () => memory.text, write: (text: string) => void (memory.text = text) };
    const floor = new TwoPlaceFloor(note, join(this.folder, 'floor.json'));
    this.machine = new UpdateMachine({
      ...{ folder: this.folder, journal: this.journal, bundles: this.bundles, clock: systemClock, log: silentLogger },
      objects: new ObjectStore(join(this.folder, 'objects')),
      times: {
        ...{ baselineMs: 2, trialMs: 10, lookMs: 3, shadow: { results: 60, limitMs: 5_000 } },
        ...{ limitMs: 5_000, notCompared: 'afterShadow', ...around.times },
      },
      ...(around.syncEvery === undefined ? {} : { syncEvery: around.syncEvery }),
      ports: {
        ...{ device: 'line-1', version: '0.1.0' },
        open: async (origin) => {
          const at = origin.kind === 'folder' ? origin.path : repository.at;
          const web = at.startsWith('http');
          const source = web ? new HttpSource(at) : new FolderSource(at);
          const files = web ? new HttpFiles(at) : new FolderFiles(at);
          return {
            files: around.files?.(files) ?? files,
            repository: new TrustedRepository({
              ...{ source: around.source?.(source) ?? source, cache: new MetadataCache(join(this.folder, 'metadata')) },
              ...{ floor, root: repository.root, customer: 'acme', nowMs: () => Date.now() },
            }),
          };
        },
        prove: around.prove ?? (async () => ({ provider: 'cpu' })),
        line: {
          uses: () => this.behaviour.uses,
          reload: async (id) => {
            this.reloads.push(id);
            await this.follow();
          },
          locked: () => this.behaviour.locked(),
          watch: () => ({ figures: () => this.behaviour.figures(this.#version), end: () => undefined }),
          failure: () => undefined,
        },
        shadow: around.shadow ?? (async (_, bundle) => this.#shadow(bundle)),
        configuration: this.#configurationPort(),
        audit: (action) => void this.audits.push(action),
      },
    });
  }

  async prepare(): Promise<this> {
    await makeUpdateFolder(this.folder);
    await this.follow();
    return this;
  }

  #version: string | undefined;

  /** Looks up which version runs; the fake line asks for it without waiting. */
  async follow(): Promise<string | undefined> {
    try {
      const places = { catalogDir: CATALOG_DIR, importedDir: importedDir(this.data), baseDir: this.data };
      this.#version = (await resolveModel(MODEL, places)).manifest?.version;
    } catch {
      this.#version = undefined;
    }
    return this.#version;
  }

  /** A person writes the file, and the line follows it. */
  edit(text: string): void {
    this.configuration.text = text;
    this.runs = text;
  }

  /** How many times a model was put in shadow, and how many of them were ended. */
  readonly shadows = { begun: 0, ended: 0 };

  /** Frames come with every look; there is nothing to compare with where no version runs. */
  #shadow(bundle: string): Shadow | undefined {
    if (!this.behaviour.uses || this.#version === undefined) return undefined;
    this.shadows.begun += 1;
    let [results, looks] = [0, 0];
    return {
      figures: () => {
        results += 20;
        looks += 1;
        const unsteady = { current: 0.05, candidate: 0.04 };
        const compared = looks > this.behaviour.shownAfter;
        const seen = compared ? { steady: 50, found: 49, added: 1 } : { steady: 0, found: 0, added: 0 };
        return { results, differing: 2, ...seen, unsteady, failed: 0, pictures: 0, compared };
      },
      failure: () => undefined,
      judge: () => this.behaviour.shadow(bundle),
      end: async () => void (this.shadows.ended += 1),
    };
  }

  #configurationPort(): UpdatableConfiguration {
    const now = (): UpdateDevice['configuration'] => this.configuration;
    return {
      get series() {
        return now().series;
      },
      get onLocalChange() {
        return now().onLocalChange;
      },
      text: async () => now().text,
      problem: async () => now().refused,
      keep: async (text) => `copy ${this.kept.push(text)}`,
      write: async (text) => {
        now().text = text;
        const { followsMs } = this.behaviour;
        if (followsMs === 0) this.runs = text;
        else setTimeout(() => (this.runs = now().text), followsMs);
      },
      inForce: (text) => this.runs === text,
    };
  }
}
