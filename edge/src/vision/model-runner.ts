import type { FailReason, FrameRef, InferenceResult, ModelStatus, StageTimes } from '../domain/index.ts';
import { type Clock, isAbort, LinesideError, type Logger, messageOf, Tally } from '../kit/index.ts';
import {
  InferenceError,
  type ModelSpec,
  OnnxSession,
  type SessionAnswer,
  type SessionFacts,
} from '../inference/index.ts';
import type { BufferPool } from '../camera/index.ts';
import type { Ledger } from './ledger.ts';
import type { FromVision } from './messages.ts';
import { Turns } from './turns.ts';

const LOG_EVERY_MS = 60_000;

/** A frame on its way to a model. */
export interface Ticket {
  readonly frame: FrameRef;
  readonly arrivedMs: number;
  readonly pixels: Uint8Array<ArrayBuffer>;
  /** True when every frame has to be inspected: it waits for a model that is loading. */
  readonly patient: boolean;
  /** Called once, when the frame has its fate; `inspected` tells whether an inspection was sent of it. */
  readonly settle: (inspected: boolean) => void;
}

export interface RunnerTools {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly pool: BufferPool;
  readonly ledger: Ledger;
  readonly tell: (message: FromVision) => void;
  readonly inferenceDeadlineMs: number;
}

/** One model, however many cameras it has: takes their newest frames in turn and tells what it saw. */
export class ModelRunner {
  readonly #spec: ModelSpec;
  readonly #tools: RunnerTools;
  readonly #session: OnnxSession;
  readonly #turns = new Turns<Ticket>();
  readonly #trouble: Tally;
  #facts: SessionFacts | undefined;
  #state: ModelStatus['state'] = 'loading';
  #stopped = false;

  constructor(spec: ModelSpec, tools: RunnerTools) {
    this.#spec = spec;
    this.#tools = { ...tools, logger: tools.logger.child({ model: spec.id }) };
    this.#session = new OnnxSession(spec);
    this.#trouble = new Tally({
      everyMs: LOG_EVERY_MS,
      nowMs: () => tools.clock.monoMs(),
      say: (text, count) => this.#tools.logger.error({ count }, `inference failed: ${text}`),
    });
  }

  /** Takes a frame; its fate is told sooner or later, exactly once. */
  offer(ticket: Ticket): void {
    const { ledger } = this.#tools;
    ledger.offer(ticket.frame.camera, this.#spec.id);
    if (this.#stopped) this.#skip(ticket, 'paused');
    else if (this.#state === 'failed') this.#unavailable(ticket);
    else if (this.#state === 'loading' && !ticket.patient) this.#skip(ticket, 'not_ready');
    else {
      const replaced = this.#turns.put(ticket.frame.camera, ticket);
      if (replaced !== undefined) this.#skip(replaced, 'newer_frame');
    }
  }

  /** Loads the model and runs it until `signal` aborts. A model that cannot be loaded fails its frames, no more. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      if (!(await this.#load(signal))) return;
      for (;;) {
        const ticket = await this.#turns.take(signal);
        if (ticket === undefined) return;
        if (!(await this.#inspect(ticket))) return;
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
    const { logger, tell } = this.#tools;
    this.#tellState('loading');
    try {
      this.#facts = await this.#session.start(signal);
      const { provider, reason, warmupMs } = this.#facts;
      logger.info({ provider, reason, warmupMs: Math.round(warmupMs) }, 'model is ready');
      this.#tellState('ready');
      return true;
    } catch (error) {
      if (signal.aborted && isAbort(error)) return false;
      const { code, advice } = factsOf(error);
      logger.error({ code, advice }, `model cannot be used: ${messageOf(error)}`);
      this.#tellState('failed', error);
      if (error instanceof InferenceError && error.code === 'model_timeout') {
        tell({ type: 'replace', reason: `model ${this.#spec.id} does not load` });
      }
      return false;
    }
  }

  /** False when the session is lost with the frame. */
  async #inspect(ticket: Ticket): Promise<boolean> {
    const { clock, pool, inferenceDeadlineMs, tell } = this.#tools;
    const { width, height } = ticket.frame;
    const askedMs = clock.monoMs();
    try {
      const answer = await this.#session.infer(ticket.pixels, { width, height }, inferenceDeadlineMs);
      pool.give(answer.pixels);
      if (answer.failure !== undefined) this.#trouble.add(answer.failure.message);
      const { startedMs, inferMs, decodeMs } = answer;
      this.#tell(ticket, this.#resultOf(answer), { waitMs: startedMs - ticket.arrivedMs, inferMs, decodeMs });
      return true;
    } catch (error) {
      const reason = error instanceof InferenceError && error.code === 'deadline' ? 'deadline' : 'inference_error';
      const inferMs = clock.monoMs() - askedMs;
      this.#tellState('failed', error);
      this.#tell(ticket, noResult(reason), { waitMs: askedMs - ticket.arrivedMs, inferMs, decodeMs: 0 });
      tell({ type: 'replace', reason: `model ${this.#spec.id}: ${messageOf(error)}` });
      return false;
    }
  }

  #resultOf(answer: SessionAnswer): InferenceResult {
    const { seen, failure } = answer;
    if (seen === undefined) return noResult(failure?.reason ?? 'inference_error');
    if (this.#spec.manifest.degraded !== undefined) return { status: 'degraded', reason: 'suspect_scores', ...seen };
    if (this.#facts?.fallback === true) return { status: 'degraded', reason: 'fallback_provider', ...seen };
    return { status: 'ok', ...seen };
  }

  #unavailable(ticket: Ticket): void {
    const waitMs = this.#tools.clock.monoMs() - ticket.arrivedMs;
    this.#tools.pool.give(ticket.pixels);
    this.#tell(ticket, noResult('model_unavailable'), { waitMs, inferMs: 0, decodeMs: 0 });
  }

  #dropWaiting(): void {
    for (let ticket = this.#turns.poll(); ticket !== undefined; ticket = this.#turns.poll()) {
      if (this.#stopped) this.#skip(ticket, 'paused');
      else this.#unavailable(ticket);
    }
  }

  #skip(ticket: Ticket, reason: 'newer_frame' | 'not_ready' | 'paused'): void {
    this.#tools.pool.give(ticket.pixels);
    this.#tools.ledger.skip(ticket.frame.camera, this.#spec.id, reason);
    ticket.settle(false);
  }

  #tell(ticket: Ticket, result: InferenceResult, times: StageTimes): void {
    this.#tools.tell({ type: 'inspection', inspection: { frame: ticket.frame, model: this.#spec.id, result, times } });
    ticket.settle(true);
  }

  #tellState(state: ModelStatus['state'], error?: unknown): void {
    this.#state = state;
    const { id, sha256 } = this.#spec;
    const loaded = this.#facts;
    const reason = error === undefined ? (loaded?.reason ?? '') : messageOf(error);
    this.#tools.tell({
      type: 'model',
      status: {
        model: id,
        sha256,
        state,
        ...(loaded === undefined ? {} : { provider: loaded.provider, warmupMs: loaded.warmupMs }),
        ...(reason === '' ? {} : { reason }),
        ...(error === undefined ? {} : { error: factsOf(error) }),
      },
    });
  }
}

/** An error as it is told: with its code and advice. */
function factsOf(error: unknown): NonNullable<ModelStatus['error']> {
  const { code, message, advice } =
    error instanceof LinesideError ? error : new InferenceError('inference_error', messageOf(error));
  return { code, message, advice };
}

function noResult(reason: FailReason): InferenceResult {
  return { status: 'no_result', reason };
}
