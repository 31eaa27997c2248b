import { join } from 'node:path';
import type { Config, LoadedConfig } from '../config/index.ts';
import { type ChangeStep, planChange, type RuleMove, runSteps, type StepHandlers } from '../control/index.ts';
import { type Signal, textOf } from '../domain/index.ts';
import { messageOf, ServiceGroup } from '@lineside/kit';
import { StatusServer, controlSocketPath } from '../status/index.ts';
import { evidenceFolder } from '../evidence/index.ts';
import { lineAlerts } from './line-alerts.ts';
import { Access, AccessFile } from '../access/index.ts';
import { History } from '../history/index.ts';
import { AuditLog } from './audit-log.ts';
import type { Inspection } from './inspection.ts';
import { ChosenRecipes } from './chosen-recipes.ts';
import { LineConfirmations } from './line-confirmations.ts';
import { type LineMes, mesOf } from './line-mes.ts';
import { LineProduction } from './line-production.ts';
import type { LineRecipe, RecipeSource } from './line-recipe.ts';
import type { LineFeeds } from './line-feeds.ts';
import type { LinePublishing } from './line-publishing.ts';
import { LineLight } from './line-light.ts';
import type { LineOutputs } from './line-outputs.ts';
import { LinePreview } from './line-preview.ts';
import { LineShapes } from './line-shapes.ts';
import type { LineSignals } from './line-signals.ts';
import { LineTeaching } from './line-teaching.ts';
import { LineStatus } from './line-status.ts';
import { LineUpdates } from './line-updates.ts';
import type { DataFolder } from './open-data-folder.ts';
import type { RuleMemories } from './rule-memory.ts';
import type { RunLineOptions } from './run-line.ts';
import { SecretWatch } from './secret-watch.ts';
import type { TextReading } from './text-reading.ts';
import { TaughtModels } from './taught-models.ts';
import { trustedWallTime } from './trusted-wall-time.ts';
import { UplinkService } from './uplink-service.ts';

/** What a running line is made of. */
export interface RunningLineParts {
  readonly folder: DataFolder;
  readonly inspection: Inspection;
  readonly signals: LineSignals;
  readonly outputs: LineOutputs;
  readonly feeds: LineFeeds;
  readonly publishing: LinePublishing;
  readonly memories: RuleMemories;
  readonly recipe: LineRecipe;
  readonly text: TextReading;
  /** The configuration as it is written; that of the options has the recipe applied. */
  readonly written: LoadedConfig;
}

/** A line while it runs: its services, each of which can be replaced without the others. */
export class RunningLine implements StepHandlers {
  readonly inspection: Inspection;
  readonly status: LineStatus;
  readonly audit: AuditLog;
  readonly signals: LineSignals;
  readonly production: LineProduction;
  readonly mes: LineMes;
  readonly updates: LineUpdates;
  /** What records, shows and sends; ends after the inspection. */
  readonly services: ServiceGroup;
  readonly #options: RunLineOptions;
  readonly #folder: DataFolder;
  readonly #restart = new AbortController();
  readonly #recipe: LineRecipe;
  readonly #text: TextReading;
  readonly #access: Access;
  readonly #history: History;
  /** The configuration as it is written, without the recipe. */
  #written: LoadedConfig;
  #loaded: LoadedConfig;
  /** The text of the last configuration whose steps were all taken. */
  #textInForce: string;
  /** One change after the other: of the configuration, or of the recipe. */
  #turn: Promise<unknown> = Promise.resolve();
  #server: StatusServer;
  #uplink: UplinkService | undefined;

  constructor(options: RunLineOptions, parts: RunningLineParts) {
    const { folder, inspection, signals, memories, recipe, written } = parts;
    this.#options = options;
    this.#folder = folder;
    this.#loaded = options.loaded;
    this.#textInForce = options.loaded.text;
    this.inspection = inspection;
    this.signals = signals;
    this.#recipe = recipe;
    this.#text = parts.text;
    this.#written = written;
    this.audit = new AuditLog({ lanes: inspection.lanes, journal: folder.journal, logger: options.logger });
    const secrets = new SecretWatch({
      loaded: () => this.#loaded,
      clock: options.clock,
      log: options.logger.child({ module: 'secrets' }),
      looked: () => inspection.readSecrets(),
    });
    this.updates = new LineUpdates({
      ...{
        inspection,
        signals,
        journal: folder.journal,
        evidence: folder.evidence,
        publicKey: folder.publicKey,
        configPath: options.configPath,
        dataDir: options.dataDir,
      },
      ...{ version: options.version, env: options.env, clock: options.clock, random: options.random },
      loaded: () => this.#loaded,
      textInForce: () => this.#textInForce,
      configProblem: options.configProblem,
      audit: () => this.audit,
      uplink: () => this.#uplink,
      log: options.logger.child({ module: 'updates' }),
    });
    const wallTime = trustedWallTime(options.clock, folder.journal);
    const light = new LineLight({
      ...{ dataDir: options.dataDir, clock: options.clock, log: options.logger.child({ module: 'light' }) },
      loaded: () => this.#loaded,
      snapshot: () => this.status.snapshot(),
      audit: (action, details) => this.audit.write(action, details),
    });
    const audit: AuditLog['write'] = (action, details, who) => this.audit.write(action, details, who);
    const teaching = new LineTeaching({
      loaded: () => this.#loaded,
      ...{ configPath: options.configPath, sources: options.sources, dataDir: options.dataDir, audit },
    });
    this.status = new LineStatus({
      ...options,
      folder,
      evidenceFolder: evidenceFolder(options.dataDir),
      inspection,
      signals,
      outputs: parts.outputs,
      feeds: parts.feeds,
      publishing: parts.publishing,
      light,
      confirmations: new LineConfirmations({
        config: () => this.#loaded.config,
        ...{ memories, journal: folder.journal, clock: options.clock },
        wallMs: () => wallTime(options.clock.monoMs()),
      }),
      production: () => this.production,
      updates: this.updates,
      recipe: { state: () => recipe.state, use: (name) => this.useRecipe(name, 'command') },
      loaded: () => this.#loaded,
      textReaderMissing: () => this.#text.missing,
      uplink: () => this.#uplink,
      audit: (action, details, who) => this.audit.write(action, details, who),
      secrets,
      history: () => this.#history,
      teaching,
      logTail: options.logTail,
      shapes: new LineShapes({
        ...{ configPath: options.configPath, sources: options.sources },
        preview: new LinePreview({
          ...{ results: inspection.results, configPath: options.configPath, dataDir: options.dataDir },
          ...{ clock: options.clock, events: folder.events },
        }),
        audit: (action, details, who) => this.audit.write(action, details, who),
      }),
    });
    this.#history = new History({
      path: join(options.dataDir, 'history.ring'),
      measure: () => this.status.measure(),
      clock: options.clock,
      log: options.logger.child({ module: 'history' }),
    });
    this.mes = mesOf(
      options,
      () => this.#loaded,
      () => this.production,
    );
    const { plan } = this.mes;
    this.production = new LineProduction({
      ...(plan === undefined ? {} : { plan: () => plan.state }),
      ...{ recipe, memories, signals: signals.table, lanes: inspection.lanes, journal: folder.journal },
      ...{ clock: options.clock, logger: options.logger, loaded: () => this.#loaded },
    });
    signals.table.onSample((signal) => this.#followProduct(signal));
    this.#access = new Access({
      file: new AccessFile(options.dataDir),
      device: () => this.#loaded.config.device,
      clock: options.clock,
      log: options.logger.child({ module: 'access' }),
      audit: (action, details, who) => this.audit.write(action, details, who),
    });
    this.#server = this.#newServer();
    this.#uplink = this.#newUplink();
    const taught = new TaughtModels({
      models: () => inspection.models,
      clock: options.clock,
      log: options.logger.child({ module: 'taught models' }),
      changed: async (models) => {
        await inspection.rereadModels(models);
        this.audit.write('taught_models_changed', { models: models.join(' ') });
      },
    });
    const chosen = new ChosenRecipes({
      lanes: inspection.lanes,
      config: () => this.#written.config,
      use: (name) => this.useRecipe(name, 'code'),
      clock: options.clock,
      log: options.logger.child({ module: 'recipe' }),
    });
    this.services = new ServiceGroup('services', [
      ...[inspection.lanes, this.#server, secrets, taught, chosen, this.#history, this.#access, teaching],
    ]);
    this.services.add(this.updates);
    this.services.add(light);
    this.services.add(
      lineAlerts({
        ...{ dataDir: options.dataDir, clock: options.clock, log: options.logger.child({ module: 'alerts' }) },
        ...{ loaded: () => this.#loaded, status: this.status },
      }),
    );
    if (this.#uplink !== undefined) this.services.add(this.#uplink);
  }

  /** Aborts when the line has to stop and start again with the changed configuration. */
  get restart(): AbortSignal {
    return this.#restart.signal;
  }

  get server(): StatusServer {
    return this.#server;
  }

  get uplink(): UplinkService | undefined {
    return this.#uplink;
  }

  /**
   * Runs on with another configuration and restarts only what differs; gives the steps taken. Throws where the
   * configuration cannot be run with: then the line has to be started again with the one before.
   */
  apply(written: LoadedConfig): Promise<readonly ChangeStep[]> {
    return this.#inTurn(async () => {
      this.#written = written;
      const steps = await this.#use(this.#recipe.applyTo(written));
      const names = steps.map(({ kind }) => kind).join(' ');
      this.audit.write('configuration_changed', { config: written.sourceHash, steps: names });
      this.updates.refresh();
      return steps;
    });
  }

  /**
   * Goes on with the recipe of this id or product code: only the rules that it changes start again. True where it was
   * another one. What was counted so far belongs to the one before.
   */
  useRecipe(name: string, source: RecipeSource): Promise<boolean> {
    return this.#inTurn(async () => {
      this.production.write();
      const before = this.#recipe.state;
      if (!this.#recipe.choose(this.#written.config, name, source)) return false;
      await this.#use(this.#recipe.applyTo(this.#written));
      const { recipe, product } = this.#recipe.state;
      this.audit.write('recipe_changed', {
        ...{ source, product: product ?? '', recipe: recipe ?? '' },
        ...{ productBefore: before.product ?? '', recipeBefore: before.recipe ?? '' },
      });
      return true;
    });
  }

  /** The plant says which product is made. A bad or stale signal changes nothing: nobody says that it is another one. */
  #followProduct(signal: Signal): void {
    const product = signal.id === this.#loaded.config.production.productSignal ? textOf(signal) : undefined;
    if (product === undefined || product === '') return;
    this.useRecipe(product, 'signal').catch((error: unknown) => {
      this.#options.logger.error({ product, err: messageOf(error) }, 'the recipe could not be changed');
    });
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(change);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  async #use(loaded: LoadedConfig): Promise<readonly ChangeStep[]> {
    const steps = planChange(this.#loaded.config, loaded.config);
    if (steps.some(({ kind }) => kind !== 'restart_line')) await this.inspection.use(loaded);
    this.#loaded = loaded;
    await this.#text.look(loaded.config);
    await runSteps(steps, this, this.#options.logger);
    // A line that starts again runs with it only then.
    if (!this.#restart.signal.aborted) this.#textInForce = loaded.text;
    return steps;
  }

  setLogLevel(level: Config['log']['level']): void {
    this.#options.logger.level = level;
  }

  changeRules(moves: readonly RuleMove[]): void {
    this.inspection.changeRules(moves);
  }

  changeCameras(step: Extract<ChangeStep, { kind: 'change_cameras' }>): Promise<void> {
    return this.inspection.changeCameras(step);
  }

  restartSignals(): Promise<void> {
    return this.signals.use(this.#loaded);
  }

  restartVision(): Promise<void> {
    return this.inspection.restartVision();
  }

  async restartStatusServer(): Promise<void> {
    await this.services.remove(this.#server);
    this.#server = this.#newServer();
    this.services.add(this.#server);
  }

  async restartUplink(): Promise<void> {
    const next = this.#newUplink();
    if (this.#uplink !== undefined) await this.services.remove(this.#uplink);
    this.#uplink = next;
    if (next !== undefined) this.services.add(next);
  }

  restartLine(): void {
    this.#restart.abort();
  }

  #newServer(): StatusServer {
    const { clock, logger, random, dataDir, onReady } = this.#options;
    const server = new StatusServer({
      source: this.status,
      access: this.#access,
      listen: this.#loaded.config.status.listen,
      socketPath: controlSocketPath(dataDir),
      clock,
      random,
      log: logger.child({ module: 'status' }),
    });
    void server.address().then(({ url }) => onReady(url));
    return server;
  }

  #newUplink(): UplinkService | undefined {
    const { uplink } = this.#loaded.config;
    if (uplink === undefined) return undefined;
    const { clock, logger, random, version } = this.#options;
    const desired = this.#loaded.config.updates?.repository === undefined ? undefined : this.updates.desired;
    const store = this.#folder;
    const updates = () => this.updates.report();
    return new UplinkService({ loaded: this.#loaded, uplink, store, desired, updates, clock, random, version, logger });
  }
}
