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
  type ProductionRow,
  productionRecord,
  productionReport,
  type ProductionReport,
  RateMeter,
  readProductionRow,
} from '../production/index.ts';
import { type Actuals, type PlannedRow, type PlanState, targetOf } from '../mes/index.ts';
import { type ProductionView, StatusError } from '../status/index.ts';
import type { LineRecipe } from './line-recipe.ts';
import { equipmentServices } from './equipment-services.ts';
import type { RuleMemories } from './rule-memory.ts';
import { type StationState, stationStates } from './station-states.ts';
import { targetView } from './target-weight.ts';

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
  /** What rules keep of the machines that are to be serviced. */
  readonly memories: Pick<RuleMemories, 'of'>;
  /** The plan of another program; none where it is left out. */
  readonly plan?: () => PlanState;
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

interface RecordContext {
  /** Day on which the shift starts, `YYYY-MM-DD` at the line. */
  readonly date: string;
  /** The counts are what the line made. */
  readonly counter?: true;
  readonly planned?: number;
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
    const external = this.#parts.plan?.();
    const isPlanned = production.plan.length > 0 || external !== undefined;
    if (!isCounted && recipes.length === 0 && !isPlanned) return undefined;
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
    const { product } = this.#product();
    const productName = external?.rows.find((row) => product !== undefined && row.product === product)?.name;
    return {
      ...{ shift: shift.name, fromMs: shift.fromMs, toMs: shift.toMs, counted },
      ...(planned === undefined ? {} : { planned, plannedByNow: Math.round(planned * part) }),
      ...(perMinute === undefined ? {} : { perMinute: Math.round(perMinute * 10) / 10 }),
      ...(utilisation === undefined ? {} : { utilisation }),
      ...(staffUtilisation === undefined ? {} : { staffUtilisation }),
      ...(external?.problem === undefined ? {} : { planProblem: external.problem }),
      ...this.#product(),
      ...(productName === undefined ? {} : { productName }),
      ...targetView(targetOf(external?.rows ?? [], product), rules),
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
    return productionReport(shift, this.#ledger.rows, this.#planOf(shift), nowMs, this.#counter);
  }

  /** What is planned for a shift: for its day before what holds on every day, and that of another program first. */
  #planOf(shift: ShiftNow): readonly PlannedRow[] {
    const date = dateOf(localTimeOf(shift.fromMs, this.#plan().timeZone));
    const external = (this.#parts.plan?.().rows ?? []).filter((row) => row.date === undefined || row.date === date);
    const ofDay = external.filter((row) => row.date !== undefined);
    const always = external.filter((row) => row.date === undefined);
    return [...ofDay, ...always, ...this.#parts.loaded().config.production.plan];
  }

  /** What the shifts of the latest days made, oldest first; those with neither a count nor a plan are left out. */
  actuals(): readonly Actuals[] {
    this.#tick();
    const { device, line } = this.#parts.loaded().config;
    const nowMs = this.#parts.clock.wallMs();
    const { timeZone } = this.#plan();
    const current = this.#shiftAt(nowMs);
    const shifts = new Map([[`${current.fromMs} ${current.name}`, current]]);
    for (const { shift: name, shiftFromMs: fromMs } of this.#ledger.rows.filter((row) => row.rule === this.#counter)) {
      shifts.set(`${fromMs} ${name}`, { ...this.#shiftAt(fromMs), name, fromMs });
    }
    return [...shifts.values()]
      .toSorted((a, b) => a.fromMs - b.fromMs)
      .map((shift) => ({
        ...{ v: 1 as const, device, line, date: dateOf(localTimeOf(shift.fromMs, timeZone)), shift: shift.name },
        ...{ from: new Date(shift.fromMs).toISOString(), to: new Date(shift.toMs).toISOString() },
        ...{ complete: nowMs >= shift.toMs, products: this.#reportOf(shift, nowMs).products },
      }))
      .filter(({ products }) => products.length > 0);
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
      rows.map((row) => ({ ...productionRecord(row), ...this.#contextOf(row) })),
    );
  }

  /** What who reads the record alone does not know: the day, whether it is what the line made, and the plan beside it. */
  #contextOf({ rule, shift, shiftFromMs, product }: ProductionRow): RecordContext {
    const date = dateOf(localTimeOf(shiftFromMs, this.#plan().timeZone));
    if (rule !== this.#counter) return { date };
    const plan = this.#planOf({ ...this.#shiftAt(shiftFromMs), name: shift, fromMs: shiftFromMs });
    const planned = plan.find((row) => (row.shift ?? shift) === shift && row.product === product)?.count;
    return { date, counter: true, ...(planned === undefined ? {} : { planned }) };
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
    const { clock, loaded, memories } = this.#parts;
    const states = this.#stations().filter((station) => station.of === 'line');
    if (states.length === 0) return;
    const nowMs = clock.monoMs();
    const state = JSON.stringify(states);
    if (state === this.#equipmentWas && nowMs - this.#equipmentMs < EQUIPMENT_MS) return;
    [this.#equipmentWas, this.#equipmentMs] = [state, nowMs];
    const shift = this.#shiftAt(clock.wallMs());
    const ofShift = this.#ledger.rows.filter((row) => row.shift === shift.name && row.shiftFromMs === shift.fromMs);
    const { perMinute } = this.#rate;
    const { rules } = loaded().config;
    const records = states.map(({ camera, rule, zone, status, reason }) => {
      const rows = ofShift.filter((row) => row.camera === camera && row.rule === rule);
      const maintenance = equipmentServices(rules, camera, memories);
      return equipmentRecord({ camera, rule, zone, status, reason, rows, perMinute, maintenance });
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

/** `YYYY-MM-DD` */
function dateOf({ year, month, day }: ReturnType<typeof localTimeOf>): string {
  return [String(year).padStart(4, '0'), ...[month, day].map((part) => String(part).padStart(2, '0'))].join('-');
}
