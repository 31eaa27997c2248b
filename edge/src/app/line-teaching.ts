import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { aborted, LinesideError, messageOf, type Service } from '@lineside/kit';
import { importedDir } from '@lineside/models';
import { type ConfigSources, editTaught, type LoadedConfig, saveConfig } from '../config/index.ts';
import { type Region, regionAround } from '../domain/index.ts';
import { StatusError, type TeachingChange } from '../status/index.ts';
import type { TeachReport } from '../teaching/index.ts';
import { type RunningTeaching, startTeaching, type TeachOrder, type TeachProgress } from '../teaching/process/index.ts';

/** The pieces of which teaching: kept in its folder, so that it is known after a restart. */
interface Asked {
  readonly camera: string;
  readonly zone?: string;
}

export interface LineTeachingParts {
  readonly loaded: () => LoadedConfig;
  readonly configPath: string;
  readonly sources: ConfigSources;
  readonly dataDir: string;
  readonly audit: (action: string, details: Readonly<Record<string, string>>, who: string) => void;
}

interface Facts {
  readonly code: string;
  readonly message: string;
  readonly advice: string;
}

interface Running {
  readonly id: string;
  readonly writes: boolean;
  process: RunningTeaching | undefined;
  progress: TeachProgress | undefined;
  isCancelled: boolean;
}

/** What the page shows of the last teaching. */
export interface TeachingView {
  readonly state: 'idle' | 'running' | 'review' | 'taught' | 'failed';
  readonly id?: string;
  readonly camera?: string;
  readonly zone?: string;
  readonly progress?: TeachProgress;
  readonly report?: Pick<TeachReport, 'pieces' | 'struck' | 'odd' | 'limit' | 'slider' | 'notes'>;
  readonly error?: Facts;
  /** The configuration has the model already. */
  readonly used?: boolean;
}

const ASKED_FILE = 'asked.json';
const MINUTE_MS = 60_000;

/** Teaching a model from the page: the same code as `lineside model teach`, in a process of its own, one at a time. */
export class LineTeaching implements Service {
  readonly name = 'teaching';
  readonly #parts: LineTeachingParts;
  #running: Running | undefined;
  #latest: TeachingView = { state: 'idle' };

  constructor(parts: LineTeachingParts) {
    this.#parts = parts;
  }

  view(): TeachingView {
    const { id, ...latest } = this.#latest;
    if (id === undefined) return this.#latest;
    const progress = this.#running?.progress;
    const used = this.#parts.loaded().config.models.some((model) => model.id === id);
    return { ...latest, id, used, ...(progress === undefined ? {} : { progress }) };
  }

  /** Rejects with `teaching_busy`, `bad_request`, `privacy_on`, and with ConfigError where the model cannot be used. */
  async change(change: Exclude<TeachingChange, { readonly action: 'arm' }>, by: string): Promise<TeachingView> {
    switch (change.action) {
      case 'start':
        await this.#start(change, by);
        break;
      case 'review':
      case 'finish':
        await this.#learn(change, by);
        break;
      case 'cancel':
        await this.#cancel(by);
        break;
      case 'use':
        await this.#use(change.id, by);
        break;
    }
    return this.view();
  }

  /** Small JPEG of a good piece; undefined where there is none. */
  async piece(id: string, number: number): Promise<Buffer | undefined> {
    const { TeachingFolder } = await import('../teaching/index.ts');
    const folder = await TeachingFolder.existing(this.#dir(id)).catch(() => undefined);
    return folder?.thumbnail(number);
  }

  /** Ends what runs when `signal` aborts; the pieces stay. */
  async run(signal: AbortSignal): Promise<void> {
    await aborted(signal);
    await this.#running?.process?.end();
  }

  async #start(
    { camera: cameraId, zone, minutes, pieces, fresh }: Extract<TeachingChange, { action: 'start' }>,
    by: string,
  ): Promise<void> {
    const { config, secrets } = this.#parts.loaded();
    const camera = config.cameras.find((one) => one.id === cameraId);
    if (camera === undefined) throw refused(`no camera is called ${cameraId}`, 'choose one of the page');
    const region = zone === undefined ? undefined : camera.zones.find((one) => one.id === zone);
    if (zone !== undefined && region === undefined) throw refused(`${cameraId} has no zone ${zone}`, 'draw it first');
    const part = region === undefined ? undefined : regionAround(region.polygon);
    refusePrivate(camera, part ?? [0, 0, 1, 1]);
    const id = idOf(cameraId, zone);
    const dir = this.#dir(id);
    this.#checkIdle();
    const { TeachingFolder } = await import('../teaching/index.ts');
    if (fresh === true) await TeachingFolder.remove(dir);
    await mkdir(dir, { recursive: true });
    const asked: Asked = { camera: cameraId, ...(zone === undefined ? {} : { zone }) };
    await writeFile(join(dir, ASKED_FILE), JSON.stringify(asked));
    // As the command names it, so that each continues what the other began.
    const shown = `${camera.url.shown}${zone === undefined ? '' : `, zone ${zone}`}`;
    this.#run(asked, {
      ...{ id, dir, mads: undefined, bundle: undefined },
      collect: {
        from: 'camera',
        ...{ url: secrets.url(camera.url), shown, transport: camera.transport, region: part },
        ...{ durationMs: minutes * MINUTE_MS, wanted: pieces },
      },
    });
    this.#parts.audit('teaching_started', { model: id, ...asked, minutes: String(minutes) }, by);
  }

  /** Shows the pieces again, or writes the model, which only watches at first. */
  async #learn(change: Extract<TeachingChange, { action: 'review' | 'finish' }>, by: string): Promise<void> {
    const { id, strike, mads } = change;
    this.#checkIdle();
    const asked = await this.#asked(id);
    const bundle = change.action === 'finish' ? join(importedDir(this.#parts.dataDir), id) : undefined;
    this.#run(asked, { id, dir: this.#dir(id), mads, bundle, ...(strike === undefined ? {} : { strike }) });
    if (bundle === undefined) return;
    const details = { model: id, struck: (strike ?? []).join(' '), mads: mads === undefined ? '' : String(mads) };
    this.#parts.audit('model_taught', details, by);
  }

  #run(asked: Asked, order: Omit<TeachOrder, 'state'>): void {
    const { id } = order;
    const writes = order.bundle !== undefined;
    const running: Running = { id, writes, process: undefined, progress: undefined, isCancelled: false };
    running.process = startTeaching(
      { ...order, state: 'watching' },
      { env: process.env, onProgress: (progress) => (running.progress = progress) },
    );
    this.#running = running;
    this.#latest = { state: 'running', id, ...asked };
    running.process.outcome
      .then(
        ({ report: { pieces, struck, odd, limit, slider, notes } }): TeachingView => {
          const report = { pieces, struck, odd, limit, slider, notes };
          return { state: writes ? 'taught' : 'review', id, ...asked, report };
        },
        (error: unknown): TeachingView => ({ state: 'failed', id, ...asked, error: factsOf(error) }),
      )
      .then(
        (view) => {
          // It has nothing more to do and ends.
          if (this.#running === running) this.#running = undefined;
          if (!running.isCancelled) this.#latest = view;
        },
        () => undefined,
      );
  }

  async #cancel(by: string): Promise<void> {
    const running = this.#running;
    if (running === undefined) return;
    running.isCancelled = true;
    this.#latest = { state: 'idle' };
    await running.process?.end();
    if (this.#running === running) this.#running = undefined;
    this.#parts.audit('teaching_cancelled', { model: running.id }, by);
  }

  /** Names the model at its camera, with the part of the picture that it was taught, and a rule for what it reports. */
  async #use(id: string, by: string): Promise<void> {
    const { configPath, sources, audit } = this.#parts;
    const { camera, zone } = await this.#asked(id);
    const before = await readFile(configPath, 'utf8');
    const after = editTaught(before, { model: id, camera, zone });
    await saveConfig(configPath, after, sources);
    audit('taught_model_used', { model: id, camera }, by);
  }

  async #asked(id: string): Promise<Asked> {
    try {
      // Written by this class.
      return JSON.parse(await readFile(join(this.#dir(id), ASKED_FILE), 'utf8')) as Asked;
    } catch {
      throw refused(
        `nothing was taught on this page under the name ${id}`,
        'start a teaching, or use lineside model teach',
      );
    }
  }

  #dir(id: string): string {
    if (id !== idOf(id)) throw refused(`${id} is no name of a model`, 'start a teaching first');
    return join(this.#parts.dataDir, 'teaching', id);
  }

  #checkIdle(): void {
    if (this.#running === undefined) return;
    const message = `${this.#running.id} is being taught`;
    throw new StatusError({ code: 'teaching_busy', message, advice: 'wait for it, or cancel it', retry: 'later' });
  }
}

function factsOf(error: unknown): Facts {
  const message = messageOf(error);
  if (error instanceof LinesideError) return { code: error.code, message, advice: error.advice };
  return { code: 'teaching_failed', message, advice: 'lineside logs' };
}

/** As `lineside model teach` makes it. */
function idOf(...parts: readonly (string | undefined)[]): string {
  const made = parts
    .filter((part) => part !== undefined)
    .join('-')
    .toLowerCase();
  return made
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-+|-+$/g, '')
    .slice(0, 64);
}

/** What comes straight from the stream shows what is covered in the camera's pictures. */
function refusePrivate(camera: LoadedConfig['config']['cameras'][number], [x1, y1, x2, y2]: Region): void {
  const { blur = 'none', masks = [] } = camera.privacy ?? {};
  const masked = masks.map(regionAround).some(([a, b, c, d]) => a < x2 && c > x1 && b < y2 && d > y1);
  if (blur === 'none' && !masked) return;
  const message = `no pieces of ${camera.id}: its pictures cover what the stream shows`;
  const advice = 'choose a zone beside the masks, or teach from images: lineside model teach --images DIR';
  throw new LinesideError({ code: 'privacy_on', message, advice });
}

function refused(message: string, advice: string): StatusError {
  return new StatusError({ code: 'bad_request', message, advice });
}
