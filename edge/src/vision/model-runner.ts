import type { FailReason, InferenceResult, ModelStatus, SkipReason, StageTimes } from '../domain/index.ts';
import { type Clock, isAbort, LinesideError, type Logger, messageOf, LogThrottle } from '@lineside/kit';
import {
  InferenceError,
  type ModelSpec,
  OnnxSession,
  type SessionAnswer,
  type SessionFacts,
  type SessionFrame,
} from '../inference/index.ts';
import type { BufferPool } from '../camera/index.ts';
import { gather, type Input, type Job, jobOf, takeAll, type InferenceRequest } from './inference-request.ts';
import type { FrameCounters } from './frame-accounting/index.ts';
import type { FromVision } from './messages.ts';
import { RoundRobinMailbox } from './round-robin-mailbox.ts';
import { joinAnswers } from './crop-plan.ts';

const LOG_EVERY_MS = 60_000;

export interface RunnerTools {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pool: BufferPool;
  readonly counters: FrameCounters;
  readonly send: (message: FromVision) => void;
  readonly inferenceDeadlineMs: number;
  readonly patience: number;
}

/** One model for all of its cameras: takes their newest frames in turn and reports the results. */
export class ModelRunner {
  readonly #spec: ModelSpec;
  readonly #tools: RunnerTools;
  readonly #session: OnnxSession;
  readonly #mailbox = new RoundRobinMailbox<Job>();
  readonly #throttle: LogThrottle;
  #facts: SessionFacts | undefined;
  #state: ModelStatus['state'] = 'loading';
  #stopped = false;

  constructor(spec: ModelSpec, tools: RunnerTools) {
    this.#spec = spec;
    this.#tools = { ...tools, logger: tools.logger.child({ model: spec.id }) };
    this.#session = new OnnxSession(spec);
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  /** Takes a frame; its outcome is reported exactly once. */
  offer(request: InferenceRequest): void {
    const { counters } = this.#tools;
    counters.offer(request.frame.camera, this.#spec.id);
    if (this.#stopped) this.#skip(request, 'paused');
    else if (this.#state === 'failed') this.#unavailable(request);
    else if (this.#state === 'loading' && !request.mustInspect) this.#skip(request, 'not_ready');
    else {
      const replaced = this.#mailbox.put(request.frame.camera, jobOf(request));
      if (replaced !== undefined) this.#skip(replaced.request, 'newer_frame');
    }
  }

  /** Counts a frame that this model does not inspect. */
  pass(camera: string, reason: SkipReason): void {
    const { counters } = this.#tools;
    counters.offer(camera, this.#spec.id);
    counters.skip(camera, this.#spec.id, reason);
  }

  /** Reports a frame that cannot be inspected for a reason outside of this model. */
  refuse(request: InferenceRequest, reason: FailReason): void {
    this.#tools.counters.offer(request.frame.camera, this.#spec.id);
    this.#fail(request, reason);
  }

  /** Loads the model and runs it until `signal` aborts. A model that cannot be loaded fails its frames, no more. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      if (!(await this.#load(signal))) return;
      for (;;) {
        const job = await this.#mailbox.take(signal);
        if (job === undefined) return;
        if (!(await this.#step(job))) return;
      }
    } finally {
      this.#stopped = signal.aborted;
      this.#dropWaiting();
    }
  }

  /** Ends the session's thread; false when it hangs. */
  close(): Promise<boolean> {
    return this.#session.close();
  }

  async #load(signal: AbortSignal): Promise<boolean> {
    const { logger, send } = this.#tools;
    this.#reportState('loading');
    try {
      this.#facts = await this.#session.start(signal);
      const { provider, reason, warmupMs } = this.#facts;
      logger.info({ provider, reason, warmupMs: Math.round(warmupMs) }, 'model is ready');
      this.#alarmOnFallback(this.#facts);
      this.#reportState('ready');
      return true;
    } catch (error) {
      if (signal.aborted && isAbort(error)) return false;
      const { code, advice } = factsOf(error);
      logger.error({ code, advice }, `model cannot be used: ${messageOf(error)}`);
      this.#reportState('failed', error);
      if (error instanceof InferenceError && error.code === 'model_timeout') {
        send({ type: 'replace', model: this.#spec.id, reason: `model ${this.#spec.id} does not load` });
      }
      return false;
    }
  }

  #alarmOnFallback({ provider, expected, fallback, refused }: SessionFacts): void {
    if (!fallback) return;
    const message = `model runs on ${provider} and is meant for ${expected}: fewer frames are inspected`;
    this.#tools.logger.error({ code: 'provider_fallback', provider, expected, refused }, message);
  }

  /** One run of what waits now. False when the session is lost. */
  async #step(first: Job): Promise<boolean> {
    const { clock, inferenceDeadlineMs, patience, pool } = this.#tools;
    const askedMs = clock.monoMs();
    const batch = await this.#next(first, askedMs);
    if (batch.length === 0) return true;
    try {
      const answers = await this.#session.inferAll(batch, inferenceDeadlineMs, patience);
      for (const [n, { job }] of batch.entries()) {
        const answer = answers[n];
        if (answer === undefined) throw new InferenceError('inference_error', 'the session left an input out');
        pool.give(answer.pixels);
        this.#answered(job, answer);
      }
      return true;
    } catch (error) {
      const reason = error instanceof InferenceError && error.code === 'deadline' ? 'deadline' : 'inference_error';
      this.#reportState('failed', error);
      for (const { job } of batch) this.#giveUp(job, reason, askedMs);
      const { id } = this.#spec;
      this.#tools.send({ type: 'replace', model: id, reason: `model ${id}: ${messageOf(error)}` });
      return false;
    }
  }

  /** The inputs of one run, with their pixels. A crop that fails fails its frame, not the session. */
  async #next(first: Job, askedMs: number): Promise<readonly (Input & SessionFrame)[]> {
    const { inputs, empty } = gather(this.#mailbox, first, this.#facts?.batch ?? 1);
    for (const job of empty) this.#finish(job);
    const taken = await takeAll(inputs);
    for (const one of taken) {
      if (!('failure' in one) || one.job.ended) continue;
      this.#complain(`an input cannot be cropped: ${messageOf(one.failure)}`);
      this.#giveUp(one.job, 'inference_error', askedMs);
    }
    return taken.flatMap((one) => {
      if ('failure' in one) return [];
      if (!one.job.ended) return [one];
      this.#tools.pool.give(one.pixels);
      return [];
    });
  }

  /** An input that failed fails its frame, and no other. */
  #answered(job: Job, answer: SessionAnswer): void {
    if (answer.failure !== undefined) this.#complain(answer.failure.message);
    if (job.ended) return;
    job.answers.push({ ...answer, pixels: new Uint8Array(0) });
    if (answer.failure !== undefined || job.answers.length === job.request.work.crops.length) this.#finish(job);
  }

  #complain(problem: string): void {
    const count = this.#throttle.due('inference');
    if (count !== undefined) this.#tools.logger.error({ count }, `inference failed: ${problem}`);
  }

  /** Ends a frame whose inputs have not all been answered. */
  #giveUp(job: Job, reason: FailReason, askedMs: number): void {
    if (job.ended) return;
    this.#end(job);
    const inferMs = this.#tools.clock.monoMs() - askedMs;
    this.#send(job.request, noResult(reason), { waitMs: askedMs - job.request.arrivedMs, inferMs, decodeMs: 0 });
  }

  /** Inspects nothing more of it. */
  #end(job: Job): void {
    job.ended = true;
    this.#mailbox.withdraw(job.request.frame.camera, job);
  }

  #finish(job: Job): void {
    this.#end(job);
    const { request, answers } = job;
    const answer = joinAnswers(request.work, answers, this.#tools.clock.monoMs());
    const { startedMs, inferMs, decodeMs } = answer;
    const result = this.#resultOf(answer);
    const reported: InferenceResult =
      result.status === 'ok' && !request.work.complete
        ? { ...result, status: 'degraded', reason: 'not_all_looked_at' }
        : result;
    const times = { waitMs: startedMs - request.arrivedMs, inferMs, decodeMs };
    if (request.refine === undefined || reported.status === 'no_result') this.#send(request, reported, times);
    else request.refine(reported, (refined) => this.#send(request, refined, times));
  }

  #resultOf(answer: SessionAnswer): InferenceResult {
    const { seen, failure } = answer;
    if (seen === undefined) return noResult(failure?.reason ?? 'inference_error');
    if (this.#spec.manifest.degraded !== undefined) return { status: 'degraded', reason: 'suspect_scores', ...seen };
    if (this.#facts?.fallback === true && this.#facts.provider === 'cpu')
      return { status: 'degraded', reason: 'fallback_provider', ...seen };
    return { status: 'ok', ...seen };
  }

  #unavailable(request: InferenceRequest): void {
    this.#fail(request, 'model_unavailable');
  }

  #fail(request: InferenceRequest, reason: FailReason): void {
    const waitMs = this.#tools.clock.monoMs() - request.arrivedMs;
    this.#send(request, noResult(reason), { waitMs, inferMs: 0, decodeMs: 0 });
  }

  #dropWaiting(): void {
    for (let job = this.#mailbox.poll(); job !== undefined; job = this.#mailbox.poll()) {
      if (this.#stopped) this.#skip(job.request, 'paused');
      else this.#unavailable(job.request);
    }
  }

  #skip(request: InferenceRequest, reason: SkipReason): void {
    this.#tools.counters.skip(request.frame.camera, this.#spec.id, reason);
    request.work.release();
    request.onOutcome({ skipped: reason });
  }

  #send(request: InferenceRequest, result: InferenceResult, times: StageTimes): void {
    this.#tools.send({ type: 'inspection', inspection: { frame: request.frame, model: this.#spec.id, result, times } });
    request.work.release();
    request.onOutcome({ result });
  }

  #reportState(state: ModelStatus['state'], error?: unknown): void {
    this.#state = state;
    const { id, sha256 } = this.#spec;
    const loaded = this.#facts;
    const reason = error === undefined ? (loaded?.reason ?? '') : messageOf(error);
    this.#tools.send({
      type: 'model',
      status: {
        model: id,
        sha256,
        state,
        ...(loaded === undefined ? {} : { provider: loaded.provider, warmupMs: loaded.warmupMs }),
        ...(loaded === undefined || loaded.refused.length === 0 ? {} : { refused: loaded.refused }),
        ...(loaded?.fallback === true ? { expected: loaded.expected } : {}),
        ...(reason === '' ? {} : { reason }),
        ...(error === undefined ? {} : { error: factsOf(error) }),
      },
    });
  }
}

/** An error as it is reported: with its code and advice. */
function factsOf(error: unknown): NonNullable<ModelStatus['error']> {
  const { code, message, advice } =
    error instanceof LinesideError ? error : new InferenceError('inference_error', messageOf(error));
  return { code, message, advice };
}

function noResult(reason: FailReason): InferenceResult {
  return { status: 'no_result', reason };
}
