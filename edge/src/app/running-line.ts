import type { Config, LoadedConfig } from '../config/index.ts';
import { type ChangeStep, planChange, type RuleMove, runSteps, type StepHandlers } from '../control/index.ts';
import { ServiceGroup } from '@lineside/kit';
import { StatusServer, controlSocketPath } from '../status/index.ts';
import { evidenceFolder } from '../evidence/index.ts';
import { AuditLog } from './audit-log.ts';
import type { Inspection } from './inspection.ts';
import { LineCleaning } from './line-cleaning.ts';
import type { LineSignals } from './line-signals.ts';
import { LineStatus } from './line-status.ts';
import type { DataFolder } from './open-data-folder.ts';
import type { RuleMemories } from './rule-memory.ts';
import type { RunLineOptions } from './run-line.ts';
import { SecretWatch } from './secret-watch.ts';
import { TaughtModels } from './taught-models.ts';
import { UplinkService } from './uplink-service.ts';

export interface RunningLineParts {
  readonly folder: DataFolder;
  readonly inspection: Inspection;
  readonly signals: LineSignals;
  readonly memories: RuleMemories;
}

/** A line while it runs: its services, each of which can be replaced without the others. */
export class RunningLine implements StepHandlers {
  readonly inspection: Inspection;
  readonly status: LineStatus;
  readonly audit: AuditLog;
  readonly signals: LineSignals;
  /** What records, shows and sends; ends after the inspection. */
  readonly services: ServiceGroup;
  readonly #options: RunLineOptions;
  readonly #folder: DataFolder;
  readonly #restart = new AbortController();
  #loaded: LoadedConfig;
  #server: StatusServer;
  #uplink: UplinkService | undefined;

  constructor(options: RunLineOptions, { folder, inspection, signals, memories }: RunningLineParts) {
    this.#options = options;
    this.#folder = folder;
    this.#loaded = options.loaded;
    this.inspection = inspection;
    this.signals = signals;
    this.audit = new AuditLog({ lanes: inspection.lanes, journal: folder.journal, logger: options.logger });
    const secrets = new SecretWatch({
      loaded: () => this.#loaded,
      clock: options.clock,
      log: options.logger.child({ module: 'secrets' }),
      looked: () => inspection.readSecrets(),
    });
    this.status = new LineStatus({
      ...options,
      folder,
      evidenceFolder: evidenceFolder(options.dataDir),
      inspection,
      signals,
      cleaning: new LineCleaning({
        rules: () => this.#loaded.config.rules,
        memories,
        journal: folder.journal,
        clock: options.clock,
      }),
      loaded: () => this.#loaded,
      uplink: () => this.#uplink,
      secrets,
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
    this.services = new ServiceGroup('services', [inspection.lanes, this.#server, secrets, taught]);
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
  async apply(loaded: LoadedConfig): Promise<readonly ChangeStep[]> {
    const steps = planChange(this.#loaded.config, loaded.config);
    if (steps.some(({ kind }) => kind !== 'restart_line')) await this.inspection.use(loaded);
    this.#loaded = loaded;
    await runSteps(steps, this, this.#options.logger);
    const names = steps.map(({ kind }) => kind).join(' ');
    this.audit.write('configuration_changed', { config: loaded.sourceHash, steps: names });
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
    return new UplinkService({ loaded: this.#loaded, uplink, store: this.#folder, clock, random, version, logger });
  }
}
