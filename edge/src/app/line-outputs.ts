import { aborted, type Clock, type Logger, messageOf, type Service } from '@lineside/kit';
import type { LoadedConfig, OutputConfig } from '../config/index.ts';
import type { RuleOutput } from '../domain/index.ts';
import { PieceFollower, type Station } from '../pieces/index.ts';
import type { JudgedFrame, Lanes, PieceWatch } from '../pipeline/index.ts';
import { type OutputPlan, OutputsProcess, type OutputState } from '../plant/index.ts';
import { isOpcuaAddress } from '../plant/opcua-server/index.ts';
import { type Failure, type NewestResult, OUTPUT_EVENT } from '../plant/output/index.ts';
import { placeOf } from '../rules/index.ts';
import { type OutputView, type PlantServerView, StatusError } from '../status/index.ts';
import type { ArmedOutputs } from './armed-outputs.ts';

/** Without a result for longer, a camera is not inspected; slow models have their own pace. */
const INSPECTED_MS = 3_000;
/** Without a sign of life of this process for longer, the outputs take READY back. */
const SILENT_MS = 500;
/** Without a reading of the encoder for longer, the place of the belt is lost. */
const ENCODER_GAP_MS = 500;
/** How long an answer waits for the process of the outputs. */
const REPORTED_MS = 1_500;
const LOOK_MS = 50;

export interface LineOutputsParts {
  readonly loaded: LoadedConfig;
  readonly armed: ArmedOutputs;
  readonly lanes: () => Pick<Lanes, 'state' | 'report'>;
  readonly audit: (action: string, details: Readonly<Record<string, string>>) => void;
  /** A piece was judged, or has arrived at its output without a verdict. It comes again where a verdict changes. */
  readonly onResult?: (output: string, result: NewestResult) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The outputs of a running line: products go from the rules to the process of the outputs, failures come back as events. */
export class LineOutputs implements PieceWatch, Service {
  readonly name = 'outputs';
  readonly #parts: LineOutputsParts;
  readonly #outputs: readonly OutputConfig[];
  readonly #servers: LoadedConfig['config']['plantServers'];
  readonly #follower: PieceFollower;
  readonly #process: OutputsProcess | undefined;
  /** Outputs whose URL could not be resolved: a secret is missing. */
  readonly #refused = new Map<string, string>();
  #failures = 0;

  constructor(parts: LineOutputsParts) {
    this.#parts = parts;
    this.#outputs = parts.loaded.config.outputs;
    this.#servers =
      this.#outputs.length === 0 ? [] : parts.loaded.config.plantServers.filter(({ url }) => !isOpcuaAddress(url));
    const stations = this.#outputs.map((output) => stationOf(parts.loaded, output));
    this.#follower = new PieceFollower(stations, {
      piece: (output, piece) => this.#process?.piece(output, piece),
      verdict: (output, piece, verdict) => this.#process?.verdict(output, piece, verdict),
    });
    if (this.#outputs.length === 0) return;
    this.#process = new OutputsProcess({
      plans: () => this.#plans(),
      servers: this.#servers,
      inspecting: () => this.#inspecting(),
      onFailure: (output, failure) => this.#failed(output, failure),
      ...(parts.onResult === undefined ? {} : { onResult: parts.onResult }),
      onDown: (reason) => {
        parts.log.error({ code: 'outputs_down', reason }, 'the process of the outputs ended and is started again');
        parts.audit('outputs_down', { reason });
      },
      clock: parts.clock,
      log: parts.log,
    });
  }

  async run(signal: AbortSignal): Promise<void> {
    for (const output of this.#outputs.filter((one) => this.#parts.armed.isOutdated(one))) {
      await this.#parts.armed.set(output, false);
      this.#parts.audit('output_disarmed', { output: output.id, by: 'lineside', reason: 'configuration_changed' });
    }
    await (this.#process?.run(signal) ?? aborted(signal));
  }

  judged(frame: JudgedFrame): void {
    this.#follower.judged(frame);
  }

  views(): readonly OutputView[] {
    const states = new Map(this.#process?.states.map((state) => [state.id, state]));
    return this.#outputs.map((output) => this.#viewOf(output, states.get(output.id)));
  }

  /** How the servers are at which controllers read and acknowledge results. */
  serverViews(): readonly PlantServerView[] {
    const known = this.#process?.servers ?? [];
    return this.#servers.map(({ url }): PlantServerView => {
      const { up = false, clients: sessions = 0, problem } = known.find((server) => server.url === url) ?? {};
      return { ...{ url, up, sessions }, ...(problem === undefined ? {} : { problem }) };
    });
  }

  /** Of each output: whether it may work, and what became of its pieces since the process started. */
  telemetry(): readonly object[] {
    return this.views().map((view) => {
      const { id, camera, armed, readiness, inTransit, counts, results, decisionMs, resultMs, latenessMs } = view;
      const times = Object.entries({ decisionMs, resultMs, latenessMs }).flatMap(([name, latency]) =>
        latency === undefined ? [] : [[name, { p50: latency.p50, p99: latency.p99, max: latency.max }] as const],
      );
      return { output: id, camera, armed, readiness, inTransit, counts, results, ...Object.fromEntries(times) };
    });
  }

  /** A person lets an output work, or stops it. Throws `bad_request` where there is none of this name. */
  async arm(id: string, armed: boolean, by: string): Promise<readonly OutputView[]> {
    const output = this.#outputs.find((one) => one.id === id);
    if (output === undefined) {
      const advice = `known: ${this.#outputs.map((one) => one.id).join(', ') || 'none'}; add it under outputs:`;
      throw new StatusError({ code: 'bad_request', message: `no output is called ${id}`, advice });
    }
    await this.#parts.armed.set(output, armed);
    this.#process?.arm(id, armed);
    this.#parts.audit(armed ? 'output_armed' : 'output_disarmed', { output: id, by, url: output.url.shown });
    await this.#untilArmed(id, armed);
    return this.views().filter((view) => view.id === id);
  }

  /** The process of the outputs says so a moment later; where it does not, the view says what is. */
  async #untilArmed(id: string, armed: boolean): Promise<void> {
    const { clock } = this.#parts;
    const untilMs = clock.monoMs() + REPORTED_MS;
    const state = (): OutputState | undefined => this.#process?.states.find((one) => one.id === id);
    while (state() !== undefined && state()?.armed !== armed && clock.monoMs() < untilMs) await clock.sleep(LOOK_MS);
  }

  #plans(): readonly OutputPlan[] {
    return this.#outputs.flatMap((output) => {
      try {
        return [planOf(output, this.#parts.loaded.secrets.text(output.url), this.#parts.armed.has(output))];
      } catch (error) {
        this.#refused.set(output.id, messageOf(error));
        this.#parts.log.error({ output: output.id, error: messageOf(error) }, 'an output has no address');
        return [];
      }
    });
  }

  /** Outputs whose camera delivers and whose model answers. */
  #inspecting(): readonly string[] {
    const { vision, lanes } = this.#parts.lanes().state();
    if (vision.state !== 'up') return [];
    const nowMs = this.#parts.clock.monoMs();
    return this.#outputs.flatMap((output) => {
      const { camera, model } = stationOf(this.#parts.loaded, output);
      const lane = lanes.find((one) => one.camera === camera);
      const newest = lane?.models.find((one) => one.model === model)?.newest;
      const isFresh = newest !== undefined && newest.status !== 'no_result' && nowMs - newest.resultAtMs < INSPECTED_MS;
      return lane?.status?.state === 'streaming' && isFresh ? [output.id] : [];
    });
  }

  /** What an output did not do is an event at once, for somebody may have to look for the product. */
  #failed(id: string, { piece, track, what, byMs }: Failure): void {
    const output = this.#outputs.find((one) => one.id === id);
    if (output === undefined) return;
    this.#failures += 1;
    const late = byMs === undefined ? {} : { byMs: Math.round(byMs) };
    const { label, severity, words } = FAILURES[what];
    this.#parts.log.error({ output: id, piece, track, what, ...late }, words);
    const event: RuleOutput = {
      ...{ phase: 'opened', key: `${piece}-${this.#failures}`, rule: id, ruleType: OUTPUT_EVENT, kind: 'equipment' },
      ...{ severity, label, track, durationMs: 0 },
      details: { output: id, piece, ...late },
    };
    this.#parts.lanes().report(output.camera, [event, { ...event, phase: 'closed', reason: 'cleared' }]);
  }

  #viewOf({ id, camera, url }: OutputConfig, state: OutputState | undefined): OutputView {
    const problem = this.#refused.get(id) ?? state?.problem;
    return {
      ...{ id, camera, url: url.shown, readiness: state?.readiness ?? 'starting' },
      ...{ armed: state?.armed ?? false, connected: state?.connected ?? false, inTransit: state?.inTransit ?? 0 },
      ...(state === undefined ? {} : { counts: state.counts }),
      ...(state?.newest === undefined ? {} : { newest: state.newest }),
      ...(state?.handshake === undefined ? {} : { results: state.handshake }),
      ...(state?.decision === undefined ? {} : { decisionMs: state.decision }),
      ...(state?.result === undefined ? {} : { resultMs: state.result }),
      ...(state?.lateness === undefined ? {} : { latenessMs: state.lateness }),
      ...(problem === undefined ? {} : { problem }),
    };
  }
}

/** How each failure of an output is called, and how bad it is. */
const FAILURES: Readonly<Record<Failure['what'], { label: string; severity: 'critical' | 'warning'; words: string }>> =
  {
    late: { label: 'reject_late', severity: 'critical', words: 'a product was rejected too late' },
    missed: { label: 'reject_missed', severity: 'critical', words: 'a product was not rejected' },
    cancelled: { label: 'reject_cancelled', severity: 'critical', words: 'the place of a product was lost' },
    defect_passed: {
      label: 'defect_passed',
      severity: 'critical',
      words: 'a defect was found when the product had passed',
    },
    verdicts_late: { label: 'verdicts_late', severity: 'warning', words: 'verdicts come when products have arrived' },
    results_untaken: { label: 'results_untaken', severity: 'warning', words: 'the controller takes no results' },
  };

function stationOf({ config }: LoadedConfig, output: OutputConfig): Station {
  const { id, camera, labels, line, rules } = output;
  const first = config.rules.find((rule) => rule.id === rules[0]);
  const model = first === undefined ? undefined : placeOf(first).model;
  return { id, camera, model: model ?? '', labels, line, rules };
}

function planOf(output: OutputConfig, url: string, armed: boolean): OutputPlan {
  const { id, reject, results, delay, counts, encoder, pulse, tolerance, onMissing, heartbeat, acknowledge } = output;
  return {
    ...{ id, url, shown: output.url.shown, reject, results, onMissing, armed },
    distance: counts ?? delay?.ms ?? 0,
    encoder: encoder && { bits: encoder.bits, maxPerS: encoder.maxPerSecond, maxGapMs: ENCODER_GAP_MS },
    acknowledge: acknowledge && { timeoutMs: acknowledge.timeout.ms },
    acknowledgePoint: acknowledge?.point,
    encoderPoint: encoder?.point,
    encoderEveryMs: encoder?.every.ms ?? 0,
    ...{ pulseMs: pulse.ms, toleranceMs: tolerance.ms, heartbeatMs: heartbeat.ms, silentMs: SILENT_MS },
  };
}
