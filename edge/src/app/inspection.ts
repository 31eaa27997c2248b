import { isDeepStrictEqual } from 'node:util';
import { type LoadedConfig, modelIdsOf } from '../config/index.ts';
import type { ChangeStep, RuleMove } from '../control/index.ts';
import type { EngineCache } from '../engines/index.ts';
import { messageOf, type Service, ServiceGroup } from '@lineside/kit';
import { KeptResults } from '../history/index.ts';
import { LoadMeter } from '../load/index.ts';
import { type Alarm, Lanes, type PieceWatch, type VisionListener } from '../pipeline/index.ts';
import type { SignalTable } from '../signals/index.ts';
import { type VisionPlan, VisionProcess } from '../vision/index.ts';
import { afterEngines, engineListener, lineEngines } from './engines.ts';
import { CameraReferences } from './camera-references.ts';
import { ClipKeeper, type ClipKeeperOptions } from './clip-keeper.ts';
import { eventIds } from './event-id.ts';
import { laneSetup } from './lane-setup.ts';
import { type LineModel, lineModels, refusals } from './models.ts';
import { isShadow, type ShadowModel, shadowsApart, withShadows } from './shadow-plan.ts';
import type { RunLineOptions } from './run-line.ts';
import { type RuleSurroundings, rulesOf, rulesWithoutLabels } from './rules.ts';
import { coveredParts } from '../privacy/index.ts';
import { blindPrivacy, CameraUrls, visionPlan } from './vision-plan.ts';
import { wantedRates } from './wanted-rates.ts';

const SETTLE_MS = 5_000;

export interface InspectionStart {
  readonly models: readonly LineModel[];
  readonly keeper: EngineCache | undefined;
  readonly recorder: ClipKeeperOptions['recorder'];
  readonly alarm: Alarm;
  /** For the rules. */
  readonly around: RuleSurroundings;
  readonly signals: SignalTable;
  /** Outputs of the plant. */
  readonly pieces: PieceWatch;
  /** Hears what the vision process reports, after the lanes. */
  readonly listener?: Partial<VisionListener>;
  /** Details that every event has. */
  readonly context: () => Readonly<Record<string, string>>;
}

/** Cameras, models, lanes and rules of a running line. A camera or a rule is replaced while the others go on. */
export class Inspection {
  readonly lanes: Lanes;
  readonly load: LoadMeter;
  /** What accepted cameras were like. */
  readonly references: CameraReferences;
  /** The results of the last hour. */
  readonly results: KeptResults;
  /** The vision process; `lanes` runs apart from it, for it ends later. */
  readonly services = new ServiceGroup('inspection');
  readonly #options: RunLineOptions;
  #loaded: LoadedConfig;
  #models: readonly LineModel[];
  #keeper: EngineCache | undefined;
  readonly #around: RuleSurroundings;
  readonly #urls = new CameraUrls();
  readonly #listener: Partial<VisionListener>;
  #plan: VisionPlan;
  /** One change after the other: of the configuration, or of secrets. */
  #turn: Promise<unknown> = Promise.resolve();
  #vision: VisionProcess;
  #running: Service;
  #shadows: readonly ShadowModel[] = [];
  #onShadow: Partial<VisionListener> = {};

  constructor(options: RunLineOptions, start: InspectionStart) {
    const { models, keeper, recorder, alarm, around, signals, pieces, context } = start;
    const { loaded, clock, logger } = options;
    this.#options = options;
    this.#loaded = loaded;
    this.#models = models;
    this.#keeper = keeper;
    this.#around = around;
    this.#listener = start.listener ?? {};
    this.references = new CameraReferences(options.dataDir, logger.child({ module: 'cameras' }));
    this.results = new KeptResults({ nowMs: () => clock.monoMs(), skips: isShadow });
    this.#checkReferences();
    const clips = new ClipKeeper({
      recorder,
      clips: (id) => this.#loaded.config.cameras.find((camera) => camera.id === id)?.clips,
      vision: () => this.#vision,
      clock,
      log: logger.child({ module: 'clips' }),
    });
    this.lanes = new Lanes({
      lanes: loaded.config.cameras.map((camera) => laneSetup(loaded.config, camera, models, 'live', around)),
      // The lanes ask the vision process for snapshots, which sends its results to the lanes.
      vision: {
        picture: (request, until) => this.#vision.picture(request, until),
        read: (request) => this.#vision.read(request),
      },
      recorder: clips,
      alarm,
      clock,
      log: logger.child({ module: 'pipeline' }),
      newEventId: eventIds(clock),
      signals,
      pieces,
      context,
    });
    signals.onSample((signal) => this.lanes.signal(signal));
    this.load = new LoadMeter({
      rates: () => wantedRates(this.#loaded.config, this.lanes.state()),
      clock,
      log: logger.child({ module: 'load' }),
    });
    this.services.add(this.load);
    this.services.add(clips);
    for (const refused of refusals(models)) this.lanes.model(refused);
    this.#plan = this.#newPlan();
    [this.#vision, this.#running] = this.#newVision();
    this.services.add(this.#running);
    this.#reportMissing();
    this.#logUnknownLabels();
  }

  get models(): readonly LineModel[] {
    return this.#models;
  }

  get keeper(): EngineCache | undefined {
    return this.#keeper;
  }

  get vision(): VisionProcess {
    return this.#vision;
  }

  /** What the changes below lead to. Locates the models that are new in it. */
  async use(loaded: LoadedConfig): Promise<void> {
    this.#models = await lineModels(loaded, this.#options, { config: this.#loaded.config, models: this.#models });
    this.#loaded = loaded;
    this.#checkReferences();
    this.#logUnknownLabels();
  }

  /** Reads the bundles of these models again, and goes on with what they are now. */
  async rereadModels(ids: readonly string[]): Promise<void> {
    const { config } = this.#loaded;
    const known = this.#models.filter(({ id }) => !ids.includes(id));
    this.#models = await lineModels(this.#loaded, this.#options, { config, models: known });
    const replaced = config.cameras.filter((camera) => modelIdsOf(camera).some((id) => ids.includes(id)));
    const cameras = replaced.map(({ id }) => id);
    await this.changeCameras({ kind: 'change_cameras', added: [], replaced: cameras, removed: [], models: ids });
  }

  /**
   * Runs these models beside those that they are to replace, from now on, until this is called again: the lanes do not
   * see their results. `listener` gets those of both. The cameras that they inspect are opened anew.
   */
  shadow(shadows: readonly ShadowModel[], listener: Partial<VisionListener>): Promise<void> {
    return this.#inTurn(async () => {
      this.#shadows = shadows;
      this.#onShadow = listener;
      this.#plan = this.#newPlan();
      await this.#vision.change(this.#plan, () => undefined);
    });
  }

  changeRules(moves: readonly RuleMove[]): void {
    const { config } = this.#loaded;
    for (const { camera: id, removed, added } of moves) {
      const camera = config.cameras.find((candidate) => candidate.id === id);
      const rules =
        camera === undefined
          ? []
          : rulesOf(config, camera, this.#around, this.#models).filter((rule) => added.includes(rule.id));
      this.lanes.changeRules(id, { removed, added: rules });
    }
  }

  changeCameras(step: Extract<ChangeStep, { kind: 'change_cameras' }>): Promise<void> {
    return this.#inTurn(() => this.#changeCameras(step));
  }

  restartVision(): Promise<void> {
    return this.#inTurn(() => this.#restartVision());
  }

  /**
   * Reads the cameras' secrets again: a camera whose secret has appeared is started, and one whose secret is another
   * now is opened anew. One whose secret has gone goes on with what was read before.
   */
  readSecrets(): Promise<void> {
    return this.#inTurn(async () => {
      const plan = this.#newPlan();
      if (isDeepStrictEqual(plan.cameras, this.#plan.cameras)) return;
      this.#plan = plan;
      await this.#vision.change(plan, () => undefined);
      this.#reportMissing();
    });
  }

  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #changeCameras(step: Extract<ChangeStep, { kind: 'change_cameras' }>): Promise<void> {
    // An engine is built before the cameras start, for both would need the same memory.
    if (step.models.length > 0 && this.#keeper !== undefined) return this.#restartVision();
    let removed: Promise<unknown> = Promise.resolve();
    this.#plan = this.#newPlan();
    await this.#vision.change(this.#plan, () => {
      removed = this.#removeLanes(step.removed);
      this.#replaceLanes([...step.replaced, ...step.added]);
    });
    await removed;
    this.#reportMissing();
  }

  async #restartVision(): Promise<void> {
    await this.services.remove(this.#running);
    this.lanes.down('the configuration has changed');
    const wanted = this.#loaded.config.cameras.map(({ id }) => id);
    const running = this.lanes.state().lanes.map(({ camera }) => camera);
    await this.#removeLanes(running.filter((camera) => !wanted.includes(camera)));
    this.#replaceLanes(wanted);
    this.#keeper = await lineEngines(this.#loaded.config, this.#models, this.#options);
    this.#plan = this.#newPlan();
    [this.#vision, this.#running] = this.#newVision();
    this.services.add(this.#running);
    this.#reportMissing();
  }

  #checkReferences(): void {
    for (const { id, privacy } of this.#loaded.config.cameras) this.references.coveredNow(id, coveredParts(privacy));
  }

  #logUnknownLabels(): void {
    for (const { rule, message, advice } of rulesWithoutLabels(this.#loaded.config, this.#models)) {
      this.#options.logger.error({ rule, code: 'rule_label_unknown', advice }, message);
    }
    for (const camera of this.#loaded.config.cameras) {
      const blind = blindPrivacy(camera, this.#models);
      if (blind === undefined) continue;
      const advice = 'set privacy.headLabels and privacy.personLabels to labels of the model: lineside model list';
      const facts = { camera: camera.id, code: 'privacy_label_unknown', advice };
      const message = `model ${blind.model} has none of the labels ${blind.labels.join(', ')}: every picture is covered completely`;
      this.#options.logger.error(facts, message);
    }
  }

  #replaceLanes(ids: readonly string[]): void {
    const { config } = this.#loaded;
    for (const camera of config.cameras) {
      if (ids.includes(camera.id)) this.lanes.replace(laneSetup(config, camera, this.#models, 'live', this.#around));
    }
    for (const refused of refusals(this.#models)) this.lanes.model(refused);
  }

  async #removeLanes(ids: readonly string[]): Promise<void> {
    await Promise.all(
      ids.map((camera) =>
        this.lanes.remove(camera, AbortSignal.timeout(SETTLE_MS)).catch((error: unknown) => {
          const facts = { camera, err: messageOf(error) };
          this.#options.logger.error(facts, 'events of a removed camera still waited for the journal');
        }),
      ),
    );
  }

  #newPlan(): VisionPlan {
    const { urls } = this.#urls.of(this.#loaded);
    return withShadows(visionPlan(this.#loaded, this.#models, this.#keeper, urls), this.#shadows);
  }

  /** A camera without its secret is not in the plan, so that the vision process reports nothing about it. */
  #reportMissing(): void {
    for (const { camera, error } of this.#urls.of(this.#loaded).missing) {
      const { message, advice } = error;
      this.lanes.camera({
        camera,
        state: 'failed',
        restarts: 0,
        error: { code: 'secret_missing', message, advice },
      });
    }
  }

  #newVision(): [VisionProcess, Service] {
    const { clock, logger, random } = this.#options;
    const vision = new VisionProcess({
      plan: this.#plan,
      references: () => this.references.all(),
      listeners: [
        shadowsApart(this.lanes, () => this.#onShadow),
        this.results,
        engineListener(this.#keeper, logger),
        this.#listener,
      ],
      clock,
      logger: logger.child({ module: 'vision' }),
      random,
    });
    return [vision, afterEngines(this.#keeper, vision)];
  }
}
