import {
  dayAfter,
  instantOf,
  localTimeOf,
  machineZone,
  shiftsWithin,
  type ShiftPlan,
} from '@lineside/protocol/coverage';
import { type LoadedConfig, shiftPlanOf } from '../config/index.ts';
import { textOf } from '../domain/index.ts';
import { type Clock, type Logger, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { type Journal, TelemetryByTime } from '../journal/index.ts';
import type { Lanes, Signals } from '../pipeline/index.ts';
import {
  equipmentRecord,
  NO_SHIFT,
  ProductionLedger,
  productionRecord,
  productionReport,
  type ProductionReport,
  RateMeter,
  readProductionRow,
} from '../production/index.ts';
import { type ProductionView, StatusError } from '../status/index.ts';
import type { LineRecipe } from './line-recipe.ts';
import { type StationState, stationStates } from './station-states.ts';

const TICK_MS = 1_000;
const WRITE_MS = 15_000;
/** Equipment is recorded so often, and when its state changes. */
const EQUIPMENT_MS = 60_000;
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

/** Types of rules that count or time what the line makes. */
const COUNTING: readonly string[] = ['count', 'rate', 'downtime', 'operation_time', 'weight'];

function zoneOf(rules: LoadedConfig['config']['rules'], id: string): string | undefined {
  const rule = rules.find((one) => one.id === id);
  return rule !== undefined && 'zone' in rule ? rule.zone : undefined;
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
  readonly #rate = new RateMeter();
  #tickedMs: number | undefined;
  #equipmentMs = Number.NEGATIVE_INFINITY;
  #equipmentWas = '';

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
      this.#recordEquipment();
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
      ...(shift.name === NO_SHIFT ? {} : { shift: shift.name }),
    };
  }

  /** The shift so far, for who looks at the line now; undefined where nothing is counted, planned or timed. */
  view(): Omit<ProductionView, 'stops'> | undefined {
    const { loaded, clock, recipe } = this.#parts;
    const { rules, recipes, production } = loaded().config;
    const isCounted = rules.some(({ type }) => COUNTING.includes(type));
    if (!isCounted && recipes.length === 0 && production.plan.length === 0) return undefined;
    this.#tick();
    const nowMs = clock.wallMs();
    const shift = this.#shiftAt(nowMs);
    const { products, utilisation, staffUtilisation } = this.#reportOf(shift, nowMs);
    const total = products.find((one) => one.product === undefined && one.planned !== undefined);
    const plans = products.flatMap(({ product, planned }) => (product === undefined ? [] : (planned ?? [])));
    const planned = total?.planned ?? (plans.length === 0 ? undefined : plans.reduce((sum, one) => sum + one, 0));
    const counted = total?.counted ?? products.reduce((sum, one) => sum + one.counted, 0);
    const part = Math.min(1, (nowMs - shift.fromMs) / (shift.toMs - shift.fromMs));
    const { perMinute } = this.#rate;
    return {
      ...{ shift: shift.name, fromMs: shift.fromMs, toMs: shift.toMs, counted },
      ...(planned === undefined ? {} : { planned, plannedByNow: Math.round(planned * part) }),
      ...(perMinute === undefined ? {} : { perMinute: Math.round(perMinute * 10) / 10 }),
      ...(utilisation === undefined ? {} : { utilisation }),
      ...(staffUtilisation === undefined ? {} : { staffUtilisation }),
      ...this.#product(),
      ...(recipe.state.recipe === undefined
        ? {}
        : { recipe: recipe.state.recipe, recipeSinceMs: recipe.state.sinceMs }),
    };
  }

  /** The report of a shift: `current`, `previous`, or the latest of this name. Throws `bad_request` for another. */
  report(which: string): ProductionReport {
    const { clock } = this.#parts;
    this.#tick();
    const nowMs = clock.wallMs();
    const shifts = shiftsWithin({ fromMs: nowMs - KEEP_MS, toMs: nowMs + 1 }, this.#plan());
    const shift =
      which === 'current'
        ? this.#shiftAt(nowMs)
        : which === 'previous'
          ? shifts.filter(({ toMs }) => toMs <= nowMs).at(-1)
          : which === NO_SHIFT
            ? this.#dayAt(this.#latestWithoutShift() ?? nowMs)
            : shifts.filter(({ name }) => name === which).at(-1);
    if (shift?.name === undefined) {
      const known = [...new Set(shifts.map(({ name }) => name))].join(', ');
      const advice = `known: current, previous, ${known}, ${NO_SHIFT}`;
      throw new StatusError({ code: 'bad_request', message: `there was no shift ${which} in the latest days`, advice });
    }
    return this.#reportOf({ ...shift, name: shift.name }, nowMs);
  }

  #reportOf(shift: ShiftNow, nowMs: number): ProductionReport {
    const { plan } = this.#parts.loaded().config.production;
    return productionReport(shift, this.#ledger.rows, plan, nowMs, this.#counter);
  }

  /** The rule whose counts are what the line made. */
  get #counter(): string | undefined {
    const { rules, production } = this.#parts.loaded().config;
    return production.counter ?? rules.find(({ type }) => type === 'count')?.id;
  }

  /** Records what changed. What cannot be written is logged, and is in the next record: rows are complete. */
  write(): void {
    const { clock } = this.#parts;
    this.#tick();
    const rows = this.#ledger.takeChanged();
    this.#ledger.forgetBefore(clock.wallMs() - KEEP_MS);
    if (rows.length === 0) return;
    this.#append(
      'production',
      rows.map((row) => productionRecord(row)),
    );
  }

  #append(kind: string, bodies: readonly object[]): void {
    const { journal, logger } = this.#parts;
    try {
      journal.append(bodies.map((body) => ({ stream: 'telemetry' as const, kind, body })));
    } catch (error) {
      logger.error({ kind, err: messageOf(error) }, 'a record of the production could not be written');
    }
  }

  /** What state each piece of equipment is in: at once when one changes, else every minute. */
  #recordEquipment(): void {
    const { clock } = this.#parts;
    const states = this.#stations().filter((station) => station.of === 'line');
    if (states.length === 0) return;
    const nowMs = clock.monoMs();
    const state = JSON.stringify(states);
    if (state === this.#equipmentWas && nowMs - this.#equipmentMs < EQUIPMENT_MS) return;
    [this.#equipmentWas, this.#equipmentMs] = [state, nowMs];
    const shift = this.#shiftAt(clock.wallMs());
    const ofShift = this.#ledger.rows.filter((row) => row.shift === shift.name && row.shiftFromMs === shift.fromMs);
    const { perMinute } = this.#rate;
    const records = states.map(({ camera, rule, zone, status, reason }) => {
      const rows = ofShift.filter((row) => row.camera === camera && row.rule === rule);
      return equipmentRecord({ camera, rule, zone, status, reason, rows, perMinute });
    });
    this.#append('equipment', records);
  }

  #stations(): readonly StationState[] {
    const { loaded, lanes, clock } = this.#parts;
    return stationStates(loaded().config.rules, lanes.state(), clock.monoMs());
  }

  #tick(): void {
    const { clock, lanes } = this.#parts;
    const [nowMs, wallMs] = [clock.monoMs(), clock.wallMs()];
    const elapsedMs = this.#tickedMs === undefined ? 0 : nowMs - this.#tickedMs;
    this.#tickedMs = nowMs;
    const shift = this.#shiftAt(wallMs);
    const common = { shift: shift.name, shiftFromMs: shift.fromMs, ...this.#product() };
    const { rules } = this.#parts.loaded().config;
    const counter = this.#counter;
    let made = 0;
    for (const { camera, rule, tallies } of lanes.takeTallies()) {
      const zone = zoneOf(rules, rule);
      this.#ledger.add({ camera, rule, ...(zone === undefined ? {} : { zone }), ...common }, tallies);
      if (rule !== counter) continue;
      for (const { name, count } of tallies) if (name === 'counted') made += count;
    }
    this.#rate.add(nowMs, made);
    const ms = Math.round(elapsedMs);
    if (ms <= 0) return;
    for (const { of, camera, rule, zone, status } of this.#stations()) {
      this.#ledger.addTime({ camera, rule, ...(zone === undefined ? {} : { zone }), ...common }, of, {
        runningMs: status === 'running' ? ms : 0,
        downMs: status === 'stopped' ? ms : 0,
        unknownMs: status === 'unknown' ? ms : 0,
      });
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

  /** The shift at a time; outside of every shift what is made belongs to the day. */
  #shiftAt(wallMs: number): ShiftNow {
    const shift = shiftsWithin({ fromMs: wallMs, toMs: wallMs + 1 }, this.#plan()).at(-1);
    return shift?.name === undefined ? this.#dayAt(wallMs) : { ...shift, name: shift.name };
  }

  #dayAt(wallMs: number): ShiftNow {
    const { timeZone } = this.#plan();
    const day = localTimeOf(wallMs, timeZone);
    return {
      name: NO_SHIFT,
      fromMs: instantOf(day, 0, timeZone),
      toMs: instantOf(dayAfter(day, 1), 0, timeZone),
    };
  }

  /** The begin of the latest day on which anything was made outside of shifts. */
  #latestWithoutShift(): number | undefined {
    const days = this.#ledger.rows.flatMap((row) => (row.shift === NO_SHIFT ? [row.shiftFromMs] : []));
    return days.length === 0 ? undefined : Math.max(...days);
  }
}
