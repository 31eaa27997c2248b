import {
  aborted,
  type Clock,
  isAbort,
  type Logger,
  LogThrottle,
  messageOf,
  type Service,
  unlessAbort,
} from '@lineside/kit';
import type { PieceVerdict } from '../../domain/index.ts';
import {
  type Failure,
  type NewestResult,
  OutputStation,
  type PieceOrder,
  resultBlock,
  type Wanted,
} from '../output/index.ts';
import type { PointConnection } from '../points/index.ts';
import type { ConnectionKeeper } from './connection-keeper.ts';
import { LatencyMeter } from './latency-meter.ts';
import type { OutputPlan, OutputState } from './messages.ts';

/** Without news the state is looked at so often: with an encoder and pieces in transit, because only looking tells that one has arrived. */
const LOOK_MS = 100;
const ENCODER_LOOK_MS = 4;
/** A timer may fire a little early. */
const EARLY_MS = 0.5;
const LOG_EVERY_MS = 60_000;
/** At the end, for the safe value. */
const LAST_WRITE_MS = 500;

export interface DriverParts {
  readonly plan: OutputPlan;
  readonly keeper: ConnectionKeeper;
  readonly clock: Clock;
  readonly log: Logger;
  readonly onFailure: (failure: Failure) => void;
  readonly onResult: (result: NewestResult) => void;
}

/**
 * Drives one output: switches the actuator when a piece arrives, reads the encoder, and writes the result block with its
 * heartbeat. While the output is not armed it writes nothing at all; the safe value is written once when it is disarmed.
 */
export class OutputDriver implements Service {
  readonly name: string;
  readonly #parts: DriverParts;
  readonly #station: OutputStation;
  readonly #decision = new LatencyMeter();
  readonly #result = new LatencyMeter();
  readonly #lateness = new LatencyMeter();
  readonly #throttle: LogThrottle;
  /** What the actuator was switched to last; undefined where nobody knows. */
  #level: boolean | undefined;
  #published = '';
  /** Number of the newest result that the controller has. */
  #written = 0;
  #wake: () => void = () => undefined;

  constructor(parts: DriverParts) {
    const { plan, keeper, clock } = parts;
    this.name = `output ${plan.id}`;
    this.#parts = parts;
    this.#station = new OutputStation(plan);
    this.#station.arm(plan.armed);
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => clock.monoMs() });
    keeper.onChange(() => {
      this.#level = undefined;
      this.#station.connection(false);
      this.#wake();
    });
  }

  beat(inspecting: boolean): void {
    this.#station.beat(this.#parts.clock.monoMs(), inspecting);
  }

  piece(order: PieceOrder): void {
    this.#station.piece(order);
    this.#wake();
  }

  verdict(piece: number, verdict: PieceVerdict): void {
    const decidedMs = this.#station.verdict(piece, verdict, this.#parts.clock.monoMs());
    if (decidedMs !== undefined) this.#decision.add(decidedMs);
    this.#wake();
  }

  /** The controller has taken the result of this number. */
  acknowledge(seq: number): void {
    this.#station.acknowledge(seq, this.#parts.clock.monoMs());
  }

  /** Disarming writes the safe value before it resolves, where the controller answers. */
  async arm(armed: boolean): Promise<void> {
    const wasArmed = this.#station.armed;
    this.#station.arm(armed);
    this.#level = undefined;
    if (wasArmed && !armed) await this.#writeSafe();
    this.#wake();
  }

  /** The result block as it is now. The heartbeat is made of time: a process that hangs serves nothing. */
  block(): readonly number[] {
    const nowMs = this.#parts.clock.monoMs();
    return resultBlock(this.#station, Math.floor(nowMs / this.#parts.plan.heartbeatMs), nowMs);
  }

  state(): OutputState {
    const { plan, keeper, clock } = this.#parts;
    const { armed, counts, newest, inTransit, handshake } = this.#station;
    return {
      ...{
        id: plan.id,
        readiness: this.#station.readiness(clock.monoMs()),
        armed,
        inTransit,
        counts,
        newest,
        handshake,
      },
      ...{ connected: keeper.connection !== undefined, problem: keeper.problem },
      ...{ decision: this.#decision.latency, result: this.#result.latency, lateness: this.#lateness.latency },
    };
  }

  async run(signal: AbortSignal): Promise<void> {
    await Promise.all([
      this.#drive(signal),
      this.#followEncoder(signal),
      this.#followAcknowledgements(signal),
      this.#publish(signal),
    ]);
    await this.arm(false);
  }

  async #drive(signal: AbortSignal): Promise<void> {
    const { clock, plan } = this.#parts;
    while (!signal.aborted) {
      const woken = this.#nextWake();
      await this.#apply(this.#station.step(clock.monoMs()));
      for (const failure of this.#station.takeFailures()) this.#parts.onFailure(failure);
      for (const result of this.#station.takeResults()) this.#parts.onResult(result);
      const nowMs = clock.monoMs();
      const isFollowed = plan.encoderPoint !== undefined && this.#station.inTransit > 0;
      const look = isFollowed ? ENCODER_LOOK_MS : LOOK_MS;
      const nextMs = this.#station.nextMs(nowMs) ?? Number.POSITIVE_INFINITY;
      const waitMs = Math.max(0, Math.min(look, nextMs - nowMs + EARLY_MS));
      const rest = new AbortController();
      const asleep = clock.sleep(waitMs, AbortSignal.any([signal, rest.signal])).catch(unlessAbort);
      await Promise.race([asleep, woken]);
      rest.abort();
    }
  }

  #nextWake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  async #apply({ reject, firings }: Wanted): Promise<void> {
    const { plan, keeper, clock } = this.#parts;
    const { connection } = keeper;
    if (plan.reject === undefined || !this.#station.armed) {
      this.#station.confirm(firings, undefined);
      if (this.#station.armed) this.#station.connection(connection !== undefined);
      return;
    }
    if (connection === undefined) {
      this.#station.confirm(firings, undefined);
      return;
    }
    // Where it is on for another piece already, it is on for these too.
    const isOn = this.#level === reject || (await this.#switch(connection, plan.reject, reject));
    const atMs = isOn ? clock.monoMs() : undefined;
    if (isOn) this.#station.connection(true);
    this.#station.confirm(firings, atMs);
    if (atMs === undefined) return;
    for (const { dueAtMs } of firings) this.#lateness.add(atMs - dueAtMs);
  }

  async #switch(connection: PointConnection, point: string, level: boolean): Promise<boolean> {
    try {
      await connection.write([{ point, value: level }]);
      // Meanwhile the connection may have been replaced: then nobody knows.
      if (this.#parts.keeper.connection === connection) this.#level = level;
      return true;
    } catch (error) {
      this.#level = undefined;
      this.#report('actuator', error);
      return false;
    }
  }

  async #followEncoder(signal: AbortSignal): Promise<void> {
    const { clock, plan, keeper } = this.#parts;
    const { encoderPoint } = plan;
    while (!signal.aborted && encoderPoint !== undefined) {
      const { connection } = keeper;
      const fromMs = clock.monoMs();
      if (connection !== undefined) await this.#readEncoder(connection, encoderPoint, fromMs);
      await clock.sleep(Math.max(1, plan.encoderEveryMs - (clock.monoMs() - fromMs)), signal).catch(unlessAbort);
    }
  }

  async #readEncoder(connection: PointConnection, point: string, fromMs: number): Promise<void> {
    try {
      const [reading] = await connection.read([point]);
      const value = reading !== undefined && 'value' in reading ? reading.value : undefined;
      const nowMs = this.#parts.clock.monoMs();
      // The controller looked between question and answer: after a long way nobody knows when.
      if (nowMs - fromMs > MOST_TRIP_MS) return;
      this.#station.encoder((fromMs + nowMs) / 2, typeof value === 'number' ? value : undefined);
      const why = reading !== undefined && 'bad' in reading ? reading.bad : 'it is no number';
      if (typeof value !== 'number') this.#report('encoder', new Error(`${point} is bad: ${why}`));
    } catch (error) {
      this.#report('encoder', error);
    }
  }

  /** While a result waits for the controller, the point is read where it writes the numbers of those that it has taken. */
  async #followAcknowledgements(signal: AbortSignal): Promise<void> {
    const { clock, plan, keeper } = this.#parts;
    const { acknowledgePoint: point } = plan;
    while (!signal.aborted && point !== undefined) {
      const { connection } = keeper;
      if (connection !== undefined && this.#station.isOffered) await this.#readAcknowledgement(connection, point);
      await clock.sleep(ACKNOWLEDGE_LOOK_MS, signal).catch(unlessAbort);
    }
  }

  async #readAcknowledgement(connection: PointConnection, point: string): Promise<void> {
    try {
      const [reading] = await connection.read([point]);
      if (reading === undefined) return;
      if ('value' in reading && typeof reading.value === 'number') this.acknowledge(reading.value);
      else this.#report('acknowledgement', new Error(`${point} holds no number`));
    } catch (error) {
      this.#report('acknowledgement', error);
    }
  }

  /** The block at each heartbeat, and at once with each new result. */
  async #publish(signal: AbortSignal): Promise<void> {
    const { clock, plan } = this.#parts;
    let dueMs = clock.monoMs();
    while (!signal.aborted && plan.results !== undefined) {
      const nowMs = clock.monoMs();
      const { shown, isOffered } = this.#station;
      const facts = `${shown?.seq} ${isOffered} ${this.#station.readiness(nowMs)}`;
      if (nowMs >= dueMs || facts !== this.#published) {
        dueMs = nowMs + plan.heartbeatMs;
        this.#published = facts;
        if (this.#station.armed) await this.#writeBlock(plan.results);
      }
      await clock.sleep(PUBLISH_LOOK_MS, signal).catch(unlessAbort);
    }
  }

  async #writeBlock(point: string): Promise<void> {
    const { connection } = this.#parts.keeper;
    if (connection === undefined) return;
    try {
      const { shown } = this.#station;
      await connection.write([{ point, value: this.block() }]);
      if (shown !== undefined && shown.seq !== this.#written) this.#result.add(this.#parts.clock.monoMs() - shown.atMs);
      this.#written = shown?.seq ?? 0;
    } catch (error) {
      this.#report('results', error);
    }
  }

  /** The actuator off and nothing valid: what a controller sees of an output that is not armed. */
  async #writeSafe(): Promise<void> {
    const { plan, keeper } = this.#parts;
    const { connection } = keeper;
    if (connection === undefined) return;
    const block = this.block();
    const writes = [
      ...(plan.reject === undefined ? [] : [{ point: plan.reject, value: false }]),
      ...(plan.results === undefined ? [] : [{ point: plan.results, value: block }]),
    ];
    const late = aborted(AbortSignal.timeout(LAST_WRITE_MS)).then(() => {
      throw new Error(`no answer within ${LAST_WRITE_MS} ms`);
    });
    try {
      await Promise.race([connection.write(writes), late]);
    } catch (error) {
      this.#report('safe value', error);
    }
    late.catch(() => undefined);
  }

  #report(what: string, error: unknown): void {
    if (isAbort(error)) return;
    const count = this.#throttle.due(what);
    if (count === undefined) return;
    const facts = { output: this.#parts.plan.id, what, error: messageOf(error), count };
    this.#parts.log.error(facts, 'an output of the plant could not be written or read');
  }
}

const PUBLISH_LOOK_MS = 10;
const ACKNOWLEDGE_LOOK_MS = 20;
/** A reading of the encoder that took longer is not used. */
const MOST_TRIP_MS = 50;
