import {
  type Item,
  type Plant,
  type PlantFault,
  PlantSimulation,
  shiftAt,
  staffOf,
  type Stop,
} from '../plant/index.ts';
import { Random } from '../raster/index.ts';
import { type Table, tableOf } from './table.ts';

/** All tables of a plant's first `count` packs. */
export function plantTables(plant: Plant, seed: number, count: number): Table[] {
  const simulation = new PlantSimulation(plant, seed);
  const items = simulation.untilItems(count);
  const end = items.at(-1)?.atSeconds ?? 0;
  const stops = simulation.stops.filter(({ startSeconds }) => startSeconds <= end);
  return [
    itemsTable(plant, items),
    inspectionsTable(plant, seed, items),
    stopsTable(plant, stops),
    shiftsTable(plant, seed, end),
  ];
}

function wallMs(plant: Plant, seconds: number): number {
  return Math.round(Date.parse(plant.startsAt) + seconds * 1000);
}

/** Nothing finer than a microsecond or a milligram is recorded. */
function rounded(value: number, digits: number): number {
  return Math.round(value * 10 ** digits) / 10 ** digits;
}

export function itemsTable(plant: Plant, items: readonly Item[]): Table {
  return tableOf('items', items, {
    item: ['INT32', ({ number }) => number],
    made_at: ['TIMESTAMP', ({ atSeconds }) => wallMs(plant, atSeconds)],
    stream_seconds: ['DOUBLE', ({ atSeconds }) => rounded(atSeconds, 6)],
    product: ['STRING', ({ label }) => label.expectedCode],
    batch: ['STRING', ({ batch }) => batch],
    shift: ['STRING', ({ shift }) => shift],
    belt_wear: ['DOUBLE', ({ beltWear }) => rounded(beltWear, 6)],
    temperature_c: ['DOUBLE', ({ temperatureC }) => rounded(temperatureC, 3)],
    nominal_g: ['DOUBLE', ({ product }) => product.nominalGrams],
    weight_true_g: ['DOUBLE', ({ trueGrams }) => rounded(trueGrams, 3)],
    weight_g: ['DOUBLE', ({ readGrams }) => rounded(readGrams, 3)],
    fault: ['STRING', ({ fault }) => fault ?? null, 'nullable'],
    label_code: ['STRING', ({ label }) => label.code],
    label_date: ['STRING', ({ label }) => label.bestBefore],
    expected_date: ['STRING', ({ label }) => label.expectedBestBefore],
    print: ['STRING', ({ label }) => label.print],
  });
}

const STATIONS = {
  scale: [],
  cap: ['missing_cap'],
  body: ['crack', 'stain', 'dent'],
  label: ['torn_label', 'wrong_label'],
  print: ['wrong_date', 'missing_date', 'unreadable_date'],
} as const satisfies Readonly<Record<string, readonly PlantFault[]>>;
type Station = keyof typeof STATIONS;
const STATION_NAMES = Object.keys(STATIONS) as Station[];
/** Time from one station to the next, and the fraction of inspections that give no result. */
const STATION_SECONDS = 0.4;
const NO_RESULT = 0.001;

interface Inspection {
  readonly number: number;
  readonly item: number;
  readonly station: Station;
  readonly atSeconds: number;
  readonly result: 'good' | 'bad' | 'no_result';
  readonly fault: string | null;
  readonly value: number | null;
}

/** Five inspections of each pack: the scale and four looks at it. */
export function inspectionsTable(plant: Plant, seed: number, items: readonly Item[]): Table {
  const inspections = items.flatMap((item): Inspection[] => {
    const random = new Random(seed, 'inspection', item.number);
    return STATION_NAMES.map((station, place) => {
      const missed = random.chance(NO_RESULT);
      const fault = missed ? null : faultAt(station, item);
      return {
        number: item.number * STATION_NAMES.length + place,
        item: item.number,
        station,
        atSeconds: item.atSeconds + place * STATION_SECONDS,
        result: missed ? 'no_result' : fault === null ? 'good' : 'bad',
        fault,
        value: station === 'scale' && !missed ? rounded(item.readGrams, 3) : null,
      };
    });
  });
  return tableOf('inspections', inspections, {
    inspection: ['INT32', ({ number }) => number],
    item: ['INT32', ({ item }) => item],
    station: ['STRING', ({ station }) => station],
    inspected_at: ['TIMESTAMP', ({ atSeconds }) => wallMs(plant, atSeconds)],
    result: ['STRING', ({ result }) => result],
    fault: ['STRING', ({ fault }) => fault, 'nullable'],
    value: ['DOUBLE', ({ value }) => value, 'nullable'],
  });
}

function faultAt(station: Station, item: Item): string | null {
  const { fault, readGrams, product } = item;
  if (station === 'scale')
    return readGrams < product.nominalGrams - tolerableError(product.nominalGrams) ? 'underweight' : null;
  const seen: readonly PlantFault[] = STATIONS[station];
  return fault !== undefined && seen.includes(fault) ? fault : null;
}

/** Tolerable negative error of a prepack in grams, by its nominal weight (Directive 76/211/EEC, Annex I, 2.4). */
export function tolerableError(nominal: number): number {
  if (nominal <= 50) return nominal * 0.09;
  if (nominal <= 100) return 4.5;
  if (nominal <= 200) return nominal * 0.045;
  if (nominal <= 300) return 9;
  if (nominal <= 500) return nominal * 0.03;
  return nominal <= 1000 ? 15 : nominal * 0.015;
}

export function stopsTable(plant: Plant, stops: readonly Stop[]): Table {
  return tableOf('stops', stops, {
    started_at: ['TIMESTAMP', ({ startSeconds }) => wallMs(plant, startSeconds)],
    ended_at: ['TIMESTAMP', ({ endSeconds }) => wallMs(plant, endSeconds)],
    start_seconds: ['DOUBLE', ({ startSeconds }) => rounded(startSeconds, 6)],
    end_seconds: ['DOUBLE', ({ endSeconds }) => rounded(endSeconds, 6)],
    state: ['STRING', ({ state }) => state],
    reason: ['STRING', ({ reason }) => reason],
  });
}

/** One row for each person in each shift up to `end` (stream time). */
export function shiftsTable(plant: Plant, seed: number, end: number): Table {
  const worked = [];
  for (let at = 0; at <= end; ) {
    const shift = shiftAt(plant, at);
    for (const person of staffOf(seed, shift)) worked.push({ ...shift, person });
    at = shift.endSeconds;
  }
  return tableOf('shifts', worked, {
    shift: ['STRING', ({ name }) => name],
    started_at: ['TIMESTAMP', ({ startSeconds }) => wallMs(plant, startSeconds)],
    ended_at: ['TIMESTAMP', ({ endSeconds }) => wallMs(plant, endSeconds)],
    person: ['STRING', ({ person }) => person],
  });
}
