import { machineZone, shiftsWithin, type ShiftPlan } from '@lineside/protocol/coverage';
import { type LoadedConfig, shiftPlanOf } from '../config/index.ts';
import { textOf } from '../domain/index.ts';
import { type Clock, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { type Journal, TelemetryByTime } from '../journal/index.ts';
import type { Lanes, Signals } from '../pipeline/index.ts';
import {
  ProductionLedger,
  type ProductionPlace,
  productionReport,
  type ProductionReport,
  readProductionRow,
} from '../production/index.ts';
import { StatusError } from '../status/index.ts';
import type { LineRecipe } from './line-recipe.ts';

const TICK_MS = 1_000;
const WRITE_MS = 15_000;
/** A station whose newest result is older was not inspected. */
const RESULT_MS = 5_000;
const DAY_MS = 86_400_000;
/** Shifts of the latest days can be asked for. */
const KEEP_MS = 3 * DAY_MS;

export interface LineProductionParts {
  readonly loaded: () => LoadedConfig;
  readonly lanes: Pick<Lanes, 'takeTallies' | 'state'>;
  readonly signals: Signals;
  readonly recipe: LineRecipe;
  readonly journal: Journal;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface ShiftNow {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Counts and times of the line by shift, product and batch, kept in the telemetry stream. */
export class LineProduction implements Service {
  readonly name = 'production';
  readonly #parts: LineProductionParts;
  readonly #ledger: ProductionLedger;
  #tickedMs: number | undefined;

  constructor(parts: LineProductionParts) {
    this.#parts = parts;
    const nowMs = parts.clock.wallMs();
    const records = new TelemetryByTime(parts.journal.database).ofKind('production', nowMs - KEEP_MS, nowMs);
    this.#ledger = new ProductionLedger(
      records.flatMap(({ json }) => readProductionRow((JSON.parse(json) as { readonly b: unknown }).b) ?? []),
    );
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    let nextMs = clock.monoMs() + WRITE_MS;
    while (!signal.aborted) {
      await clock.sleep(TICK_MS, signal).catch(unlessAbort);
      this.#tick();
      if (clock.monoMs() < nextMs) continue;
      nextMs = clock.monoMs() + WRITE_MS;
      this.write();
    }
    this.write();
  }

  /** What every event says of the moment at which it was decided. */
  context(): Readonly<Record<string, string>> {
    const shift = this.#shiftAt(this.#parts.clock.wallMs());
    const { recipe } = this.#parts.recipe.state;
    return {
      ...this.#product(),
      ...(recipe === undefined ? {} : { recipe }),
      ...(shift === undefined ? {} : { shift: shift.name }),
    };
  }

  /** The report of a shift: `current`, `previous`, or the latest of this name. Throws `bad_request` for another. */
  report(which: string): ProductionReport {
    const { clock, loaded } = this.#parts;
    this.#tick();
    const nowMs = clock.wallMs();
    const shifts = shiftsWithin({ fromMs: nowMs - KEEP_MS, toMs: nowMs + 1 }, this.#plan());
    const shift =
      which === 'current'
        ? (this.#shiftAt(nowMs) ?? shifts.at(-1))
        : which === 'previous'
          ? shifts.filter(({ toMs }) => toMs <= nowMs).at(-1)
          : shifts.filter(({ name }) => name === which).at(-1);
    if (shift?.name === undefined) {
      const known = [...new Set(shifts.map(({ name }) => name))].join(', ');
      const advice = `known: current, previous, ${known}`;
      throw new StatusError({ code: 'bad_request', message: `there was no shift ${which} in the latest days`, advice });
    }
    const { rules, production } = loaded().config;
    const counter = production.counter ?? rules.find(({ type }) => type === 'count')?.id;
    return productionReport({ ...shift, name: shift.name }, this.#ledger.rows, production.plan, nowMs, counter);
  }

  /** Records what changed. What cannot be written is logged, and is in the next record: rows are complete. */
  write(): void {
    const { journal, logger, clock } = this.#parts;
    this.#tick();
    const rows = this.#ledger.takeChanged();
    this.#ledger.forgetBefore(clock.wallMs() - KEEP_MS);
    if (rows.length === 0) return;
    try {
      journal.append(rows.map((body) => ({ stream: 'telemetry' as const, kind: 'production', body })));
    } catch (error) {
      logger.error({ err: messageOf(error) }, 'a record of the production could not be written');
    }
  }

  #tick(): void {
    const { clock, lanes } = this.#parts;
    const [nowMs, wallMs] = [clock.monoMs(), clock.wallMs()];
    const elapsedMs = this.#tickedMs === undefined ? 0 : nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    const shift = this.#shiftAt(wallMs);
    if (shift === undefined) {
      // Outside of every shift nothing is planned and nothing is counted; what was counted is taken and dropped.
      lanes.takeTallies();
      return;
    }
    const common = { shift: shift.name, shiftFromMs: shift.fromMs, ...this.#product() };
    for (const { camera, rule, tallies } of lanes.takeTallies()) {
      this.#ledger.add({ camera, rule, ...common }, tallies);
    }
    if (elapsedMs > 0) this.#addTimes(common, Math.round(elapsedMs), nowMs);
  }

  /** Running, standing or not known: of each station that a rule of the type `downtime` watches. */
  #addTimes(common: Omit<ProductionPlace, 'camera' | 'rule'>, ms: number, nowMs: number): void {
    const { lanes } = this.#parts.lanes.state();
    for (const rule of this.#parts.loaded().config.rules) {
      if (rule.type !== 'downtime') continue;
      const lane = lanes.find(({ camera }) => camera === rule.camera);
      const newest = lane?.models.find(({ model }) => model === rule.model)?.newest;
      const isSeen = newest !== undefined && newest.status !== 'no_result' && nowMs - newest.resultAtMs <= RESULT_MS;
      const isDown = lane?.openEvents.some((event) => event.rule === rule.id) === true;
      this.#ledger.addTime(
        { camera: rule.camera, rule: rule.id, ...common },
        { runningMs: isSeen && !isDown ? ms : 0, downMs: isSeen && isDown ? ms : 0, unknownMs: isSeen ? 0 : ms },
      );
    }
  }

  /** Product and batch by their signals; the product of the recipe where no signal says it. */
  #product(): { readonly product?: string; readonly batch?: string } {
    const { signals, recipe, loaded } = this.#parts;
    const { productSignal, batchSignal } = loaded().config.production;
    const named = productSignal === undefined ? recipe.state.product : textOf(signals.get(productSignal));
    const batch = batchSignal === undefined ? undefined : textOf(signals.get(batchSignal));
    return {
      ...(named === undefined || named === '' ? {} : { product: named }),
      ...(batch === undefined || batch === '' ? {} : { batch }),
    };
  }

  #plan(): ShiftPlan {
    return shiftPlanOf(this.#parts.loaded().config, machineZone());
  }

  #shiftAt(wallMs: number): ShiftNow | undefined {
    const shift = shiftsWithin({ fromMs: wallMs, toMs: wallMs + 1 }, this.#plan()).at(-1);
    return shift?.name === undefined ? undefined : { ...shift, name: shift.name };
  }
}
