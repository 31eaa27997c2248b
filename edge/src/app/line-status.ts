import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { type CoverageJson, type CoverageWords, machineZone } from '@lineside/protocol/coverage';
import { type LoadedConfig, recipeFor, shiftPlanOf } from '../config/index.ts';
import type { Clock } from '@lineside/kit';
import { StatusError } from '../status/index.ts';
import type {
  AcceptedCamera,
  AcknowledgementView,
  CameraLog,
  CleaningConfirmation,
  ConfirmedCleaning,
  ConfirmedService,
  EventHistory,
  EventPage,
  EventQuery,
  LogLine,
  PictureOptions,
  PictureShot,
  PushedReading,
  ServiceConfirmation,
  ShapesChange,
  SignalView,
  Snapshot,
  EventView,
  OutputView,
  PlantWrite,
  StatusSource,
  TeachingChange,
  UpdatesChange,
} from '../status/index.ts';
import type { History, HistoryView, Measured } from '../history/index.ts';
import { MachineReader } from '../machine/index.ts';
import { embeddedFacts, locateEvidence } from '../evidence/index.ts';
import { drawOnJpeg } from '../vision/index.ts';
import { EventViews } from './event-views.ts';
import { CpuMeter, cpuSeconds, diskOf } from './machine.ts';
import type { Inspection } from './inspection.ts';
import { journalView } from './journal-view.ts';
import { lineState } from './line-report.ts';
import { LineCoverage } from './line-coverage.ts';
import { VisionError } from '../vision/index.ts';
import { progresses } from './line-progress.ts';
import { acceptedView, measured, standingStops } from './snapshot-parts.ts';
import type { LineConfirmations } from './line-confirmations.ts';
import type { LineProduction } from './line-production.ts';
import type { RecipeState } from './line-recipe.ts';
import type { LineFeeds } from './line-feeds.ts';
import type { LinePublishing } from './line-publishing.ts';
import type { LineLight } from './line-light.ts';
import type { LineOutputs } from './line-outputs.ts';
import type { LineState } from '../plant/line/index.ts';
import { stationStates } from './station-states.ts';
import type { LineSignals } from './line-signals.ts';
import type { LineShapes } from './line-shapes.ts';
import type { LogTail } from './log-tail.ts';
import type { LineTeaching } from './line-teaching.ts';
import { armTaught, setModelLimit, type TaughtBundle, taughtViews } from './model-limit.ts';
import type { LineUpdates } from './line-updates.ts';
import { refusals } from './models.ts';
import type { DataFolder } from './open-data-folder.ts';
import { cameraViews, modelViews, type ViewFacts } from './status-view.ts';
import type { SecretWatch } from './secret-watch.ts';
import type { TextReaderMissing } from './text-reading.ts';
import type { UplinkService } from './uplink-service.ts';

export interface LineStatusParts {
  /** The configuration that runs now. */
  readonly loaded: () => LoadedConfig;
  readonly configPath: string;
  readonly configProblem: () => string | undefined;
  readonly dataDir: string;
  readonly evidenceFolder: string;
  readonly version: string;
  readonly clock: Clock;
  readonly folder: DataFolder;
  readonly inspection: Inspection;
  readonly signals: LineSignals;
  readonly outputs: LineOutputs;
  readonly feeds: Pick<LineFeeds, 'views' | 'leftOut'>;
  readonly publishing: Pick<LinePublishing, 'views'>;
  readonly light: LineLight;
  readonly confirmations: LineConfirmations;
  readonly production: () => LineProduction;
  readonly updates: LineUpdates;
  readonly recipe: { readonly state: () => RecipeState; readonly use: (name: string) => Promise<boolean> };
  readonly secrets: SecretWatch;
  readonly uplink: () => UplinkService | undefined;
  readonly textReaderMissing: () => TextReaderMissing | undefined;
  readonly history: () => History;
  readonly logTail: LogTail;
  readonly shapes: LineShapes;
  readonly teaching: LineTeaching;
  /** Writes a record of what a person did. */
  readonly audit: (action: string, details: Readonly<Record<string, string>>, who?: string) => void;
}

/** Open events that a snapshot shows. */
const MAX_OPEN = 100;

/** What the status page asks, answered from every module of the line. */
export class LineStatus implements StatusSource {
  readonly #parts: LineStatusParts;
  readonly #events: EventViews;
  readonly #coverage: LineCoverage;
  readonly #cpu: CpuMeter;
  readonly #machine: MachineReader;
  readonly #startedMs: number;
  readonly #startedWallMs: number;

  constructor(parts: LineStatusParts) {
    this.#parts = parts;
    const { journal, events } = parts.folder;
    this.#events = new EventViews(
      events,
      (seq) => journal.confirmed('events', seq),
      (event) => parts.folder.acknowledgements.of(event),
    );
    this.#machine = new MachineReader({ root: '/', nowMs: () => parts.clock.monoMs() });
    this.#coverage = new LineCoverage({
      journal,
      lanes: parts.inspection.lanes,
      clock: parts.clock,
      plan: () => shiftPlanOf(parts.loaded().config, machineZone()),
    });
    this.#cpu = new CpuMeter(() => parts.clock.monoMs());
    this.#startedMs = parts.clock.monoMs();
    this.#startedWallMs = parts.clock.wallMs();
  }

  snapshot(): Snapshot {
    const { clock, version, dataDir, folder, inspection } = this.#parts;
    const { device, line } = this.#parts.loaded().config;
    const { journal } = folder;
    const { keeper, load } = inspection;
    const facts = this.#facts();
    const { vision } = facts.lanes;
    const wallMs = clock.wallMs();
    const open = this.#events.page({ limit: MAX_OPEN, state: 'open' }).events;
    const textReaderMissing = this.#parts.textReaderMissing();
    return {
      v: 1,
      version,
      device,
      line,
      atMs: wallMs,
      startedAtMs: this.#startedWallMs,
      uptimeMs: facts.nowMs - this.#startedMs,
      clock: journal.clockQuality(),
      config: this.#config(),
      vision: {
        state: vision.state,
        sinceMs: wallMs - (facts.nowMs - vision.sinceMs),
        restarts: vision.downs,
        ...(vision.reason === undefined ? {} : { reason: vision.reason }),
      },
      cameras: cameraViews(facts),
      ...(textReaderMissing === undefined ? {} : { textReaderMissing }),
      models: modelViews(facts),
      ...(keeper === undefined ? {} : { engines: keeper.states() }),
      journal: journalView(journal, facts.lanes, wallMs),
      link: this.#parts.uplink()?.view() ?? { state: 'off', sinceMs: this.#startedWallMs },
      missingSecrets: this.#parts.secrets.missing.map(({ subject, error }) => ({
        ...{ subject, code: error.code, message: error.message, advice: error.advice },
      })),
      evidence: this.#evidence(),
      disk: diskOf(dataDir),
      process: { rssBytes: process.memoryUsage.rss(), cpu: this.#cpu.cores(), cpuSeconds: cpuSeconds() },
      machine: this.#machine.facts(),
      ...(load.report === undefined ? {} : { load: load.report }),
      ...this.#update(),
      ...this.#production(open),
      ...this.#outputs(),
      ...this.#services(),
      ...this.#cleanings(),
      ...this.#feeds(),
      ...this.#plantServers(),
      events: this.#events.page({ limit: 20 }).events,
      openEvents: open,
    };
  }

  /** The line for other programs. Nothing is asked of the database: it can be had several times a second. */
  state(): LineState {
    const { clock, version, outputs, production } = this.#parts;
    const { device, line, rules, recipes } = this.#parts.loaded().config;
    const facts = this.#facts();
    return lineState({
      ...{ device, line, version, atMs: clock.wallMs(), startedAtMs: this.#startedWallMs, recipes },
      ...{ vision: facts.lanes.vision, cameras: cameraViews(facts), outputs: outputs.views() },
      ...{ stations: stationStates(rules, facts.lanes, facts.nowMs), production: production().view() },
    });
  }

  async picture(camera: string, options: PictureOptions, signal: AbortSignal): Promise<PictureShot> {
    const lane = this.#facts().lanes.lanes.find((candidate) => candidate.camera === camera);
    const newest = lane?.models.flatMap((model) => model.newest ?? []) ?? [];
    const latest = newest.toSorted((a, b) => b.frame.index - a.frame.index)[0];
    const overlays = options.boxes ? newest.flatMap((model) => model.overlays) : [];
    const index = options.boxes && latest !== undefined ? { index: latest.frame.index } : {};
    const { maxWidth, quality } = options;
    const look = { maxWidth, ...(quality === undefined ? {} : { quality }) };
    return this.#parts.inspection.vision.picture({ camera, overlays, ...look, ...index }, signal);
  }

  async cameraLog(camera: string, signal: AbortSignal): Promise<CameraLog> {
    const { clock, inspection } = this.#parts;
    const answer = await inspection.vision.ask({ about: 'log', camera }, signal);
    // Both processes read the same monotonic clock.
    const [monoMs, wallMs] = [clock.monoMs(), clock.wallMs()];
    if (answer.about !== 'log') throw new TypeError('another question was answered');
    return { camera, lines: answer.lines.map(({ atMs, text }) => ({ atMs: wallMs - (monoMs - atMs), text })) };
  }

  async acceptCamera(camera: string, by: string, signal: AbortSignal): Promise<AcceptedCamera> {
    const { inspection, audit } = this.#parts;
    const { vision, references } = inspection;
    const answer = await vision.ask({ about: 'accept', camera }, signal);
    if (answer.about !== 'accept') throw new TypeError('another question was answered');
    // The figures are what it is judged by; the picture is for people.
    const shot = await vision.picture({ camera, overlays: [] }, signal).catch((error: unknown) => {
      if (error instanceof VisionError) return undefined;
      throw error;
    });
    await references.keep(camera, answer.reference, shot?.jpeg);
    audit('camera_accepted', { camera, by }, by);
    return {
      ...acceptedView(camera, answer.reference),
      ...(shot === undefined ? {} : { picture: references.picturePath(camera) }),
    };
  }

  sparesLivePictures(): boolean {
    return this.#parts.inspection.load.leavesOut('live_pictures');
  }

  events(query: EventQuery): EventPage {
    return this.#events.page(query);
  }

  coverage(words: CoverageWords): Promise<CoverageJson> {
    return this.#coverage.read(words);
  }

  confirmCleaning(confirmation: CleaningConfirmation): Promise<readonly ConfirmedCleaning[]> {
    return this.#parts.confirmations.cleaning(confirmation);
  }

  confirmService(confirmation: ServiceConfirmation): Promise<readonly ConfirmedService[]> {
    return this.#parts.confirmations.service(confirmation);
  }

  outputs(): readonly OutputView[] {
    return [...this.#parts.outputs.views(), ...this.#parts.light.views()];
  }

  armOutput(id: string, armed: boolean, by: string): Promise<readonly OutputView[]> {
    const { light, outputs } = this.#parts;
    return light.isCalled(id) ? light.arm(armed, by) : outputs.arm(id, armed, by);
  }

  recordPlantWrite({ url, from, to, by }: PlantWrite): void {
    this.#parts.audit('plant_write', { url, from, to, by });
  }

  production(shift: string): object {
    return { ...this.#parts.production().report(shift), recipe: this.#parts.recipe.state() };
  }

  #update(): Pick<Snapshot, 'update' | 'updateConflict'> {
    const { updates } = this.#parts;
    const [update, updateConflict] = [updates.brief(), updates.conflict()];
    return { ...(update && { update }), ...(updateConflict && { updateConflict }) };
  }

  updates(): Promise<object> {
    return this.#parts.updates.view();
  }

  async changeUpdates(change: UpdatesChange): Promise<object> {
    const { updates } = this.#parts;
    if (change.action === 'install') return { accepted: await updates.installFrom(change.from, change.target) };
    if (change.action === 'carry') return updates.carry(change.to);
    return updates.rollback(change.model);
  }

  recipes(): object {
    const { recipes } = this.#parts.loaded().config;
    return {
      current: this.#parts.recipe.state(),
      recipes: recipes.map(({ id, product = id, rules, fields }) => ({
        id,
        product,
        rules: Object.keys(rules),
        fields,
      })),
    };
  }

  async setRecipe(name: string): Promise<object> {
    const { config } = this.#parts.loaded();
    if (recipeFor(config, name) === undefined) {
      const advice = `known: ${config.recipes.map(({ id }) => id).join(', ') || 'none'}; add it under recipes:`;
      throw new StatusError({ code: 'bad_request', message: `no recipe is called ${name}`, advice });
    }
    await this.#parts.recipe.use(name);
    return this.recipes();
  }

  setModelLimit(model: string, mads: number, by: string): Promise<object> {
    return setModelLimit({ taught: this.#taught(), journal: this.#parts.folder.journal }, model, mads, by);
  }

  async teaching(): Promise<object> {
    return { ...this.#parts.teaching.view(), taught: await taughtViews(this.#taught()) };
  }

  async changeTeaching(change: TeachingChange, by: string): Promise<object> {
    if (change.action === 'arm') {
      await armTaught({ taught: this.#taught(), journal: this.#parts.folder.journal }, change.id, change.armed, by);
    } else await this.#parts.teaching.change(change, by);
    return this.teaching();
  }

  taughtPiece(id: string, number: number): Promise<Buffer | undefined> {
    return this.#parts.teaching.piece(id, number);
  }

  #taught(): readonly TaughtBundle[] {
    return this.#parts.inspection.models.flatMap((one) =>
      one.state === 'found' && one.spec.manifest.taught !== undefined
        ? [{ id: one.id, dir: dirname(one.spec.path) }]
        : [],
    );
  }

  signals(): readonly SignalView[] {
    return this.#parts.signals.views();
  }

  pushSignals(readings: readonly PushedReading[]): readonly SignalView[] {
    return this.#parts.signals.push(readings);
  }

  acknowledge(event: string, by: string, note: string | undefined): AcknowledgementView | undefined {
    return this.#events.history(event) === undefined
      ? undefined
      : this.#parts.folder.acknowledgements.add(event, by, note);
  }

  referencePicture(camera: string): string | undefined {
    const { references } = this.#parts.inspection;
    const path = references.picturePath(camera);
    return references.all()[camera] !== undefined && existsSync(path) ? path : undefined;
  }

  shapes(camera: string): Promise<object> {
    return this.#parts.shapes.view(camera);
  }

  saveShapes(camera: string, change: ShapesChange, by: string): Promise<object> {
    return this.#parts.shapes.save(camera, change, by);
  }

  previewShapes(camera: string, change: ShapesChange): Promise<object> {
    return this.#parts.shapes.preview(camera, change);
  }

  undoShapes(camera: string, by: string): Promise<object> {
    return this.#parts.shapes.undo(camera, by);
  }

  history(): HistoryView {
    return this.#parts.history().view();
  }

  log(level: LogLine['level'], limit: number): readonly LogLine[] {
    return this.#parts.logTail.lines(level, limit);
  }

  /** What the history keeps of this minute. */
  measure(): Measured {
    return measured(this.snapshot());
  }

  event(id: string): EventHistory | undefined {
    return this.#events.history(id);
  }

  evidence(sha256: string): string | undefined {
    const { folder, evidenceFolder } = this.#parts;
    return folder.evidence.holds(sha256) ? locateEvidence(evidenceFolder, sha256) : undefined;
  }

  async drawnEvidence(
    sha256: string,
    { boxes, maxWidth }: { readonly boxes: boolean; readonly maxWidth?: number },
  ): Promise<Buffer | undefined> {
    const path = this.evidence(sha256);
    if (path?.endsWith('.jpg') !== true) return undefined;
    const jpeg = await this.#parts.folder.evidence.open(sha256);
    const { boxes: overlays = [], source } = embeddedFacts(jpeg) ?? {};
    return drawOnJpeg({ jpeg, overlays: boxes ? overlays : [], source, maxWidth });
  }

  /** Calls `announce` with each event as it is written; returns how to stop that. */
  announce(announce: (event: EventView) => void): () => void {
    const { journal } = this.#parts.folder;
    return journal.onAppend((positions) => {
      if (!positions.some(({ stream }) => stream === 'events')) return;
      const [newest] = this.#events.page({ limit: 1 }).events;
      if (newest !== undefined) announce(newest);
    });
  }

  /** What the watchdog is fed by. */
  progressing(): boolean {
    const { inspection, loaded } = this.#parts;
    const { lanes, nowMs } = this.#facts();
    return progresses({
      ...{ lanes, nowMs, startedMs: this.#startedMs, cameras: loaded().config.cameras },
      waitedFraction: inspection.load.report?.waitedFraction ?? 0,
      isBuilding: inspection.keeper?.states().some(({ state }) => state === 'building') === true,
    });
  }

  oneLine(): string {
    const views = cameraViews(this.#facts());
    const inspecting = views.filter((view) => view.inspecting === 'inspecting').length;
    return `${inspecting} of ${views.length} cameras inspecting`;
  }

  #facts(): ViewFacts {
    const { loaded, inspection, clock } = this.#parts;
    const { lanes, models } = inspection;
    return {
      config: loaded().config,
      lanes: lanes.state(),
      nowMs: clock.monoMs(),
      startedMs: this.#startedMs,
      thresholds: new Map(models.flatMap((model) => (model.state === 'found' ? [[model.id, model.threshold]] : []))),
      versions: new Map(
        models.flatMap((model) =>
          model.state === 'found' && model.version !== undefined ? [[model.id, model.version]] : [],
        ),
      ),
      demonstrations: new Map(
        models.flatMap((model) =>
          model.state === 'found' && model.demonstration !== undefined ? [[model.id, model.demonstration]] : [],
        ),
      ),
      refused: refusals(models),
    };
  }

  #production(open: readonly EventView[]): Pick<Snapshot, 'production'> {
    const view = this.#parts.production().view();
    if (view === undefined) return {};
    return { production: { ...view, stops: standingStops(open) } };
  }

  #outputs(): Pick<Snapshot, 'outputs'> {
    const outputs = this.outputs();
    return outputs.length === 0 ? {} : { outputs };
  }

  #services(): Pick<Snapshot, 'services'> {
    const services = this.#parts.confirmations.services();
    return services.length === 0 ? {} : { services };
  }

  #cleanings(): Pick<Snapshot, 'cleanings'> {
    const cleanings = this.#parts.confirmations.cleanings();
    return cleanings.length === 0 ? {} : { cleanings };
  }

  #feeds(): Pick<Snapshot, 'feeds' | 'feedsLeftOut'> {
    const feeds = this.#parts.feeds.views();
    return feeds.length === 0 ? {} : { feeds, feedsLeftOut: this.#parts.feeds.leftOut };
  }

  #plantServers(): Pick<Snapshot, 'plantServers'> {
    const plantServers = [...this.#parts.outputs.serverViews(), ...this.#parts.publishing.views()];
    return plantServers.length === 0 ? {} : { plantServers };
  }

  #config(): Snapshot['config'] {
    const problem = this.#parts.configProblem();
    const facts = { path: this.#parts.configPath, sourceHash: this.#parts.loaded().sourceHash };
    return problem === undefined ? { ...facts, state: 'good' } : { ...facts, state: 'last_good', problem };
  }

  #evidence(): Snapshot['evidence'] {
    const { bytes, files, pending } = this.#parts.folder.evidence.stats();
    return { bytes, files, notUploaded: pending };
  }
}
