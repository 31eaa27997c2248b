import { type CalendarDate, compareDates, dateFormat, findDates, gtin14, codeFacts } from '../../codes/index.ts';

type Corner = readonly [x: number, y: number];

/** What was read on one good pack. Corners in pixels: top left, top right, bottom right, bottom left. */
export interface GoodPack {
  readonly width: number;
  readonly height: number;
  readonly codes: readonly {
    readonly symbology: string;
    readonly text: string;
    readonly gs1: boolean;
    readonly rotation: number;
    readonly corners: readonly Corner[];
  }[];
  readonly lines: readonly { readonly text: string; readonly corners: readonly Corner[] }[];
}

/** Fields as they are written in the configuration, and facts for the recipe. */
export interface ProposedFields {
  readonly fields: readonly Readonly<Record<string, unknown>>[];
  readonly product?: string;
  readonly facts: Readonly<Record<string, string>>;
}

/** Formats that are tried, those that say most first. */
const FORMATS = [
  ...['DD.MM.YYYY', 'DD/MM/YYYY', 'DD-MM-YYYY', 'YYYY-MM-DD', 'DD MMM YYYY', 'DD.MM.YY', 'DD/MM/YY', 'DD MMM YY'],
  ...['MM.YYYY', 'MM/YYYY', 'MMM YYYY', 'MM/YY'],
];
/** A region is larger than what was read in it by this fraction of the pack, on each side: packs do not stand alike. */
const MARGIN = 0.06;
const DAY_MS = 86_400_000;

/**
 * The fields that one good pack shows: its codes, dates, lots and phrases with their places, and the place of its label. A
 * date becomes a shelf life from `today`; product and shelf life become facts of the recipe.
 */
export function proposeFields(pack: GoodPack, today: CalendarDate): ProposedFields {
  const facts: Record<string, string> = {};
  const named = namer();
  let product: string | undefined;
  const codes = pack.codes.map((code) => {
    const gtin = gtinOf(code, today.year);
    if (gtin !== undefined) product ??= gtin;
    const content = gtin !== undefined && gtin === product ? { gtin: '{product}' } : { content: code.text };
    const region = regionOf(pack, code.corners);
    return {
      id: named(gtin === undefined ? 'code' : 'ean'),
      kind: 'code',
      symbologies: [written(code.symbology)],
      ...content,
      region,
    };
  });
  const lines = pack.lines.flatMap(({ text, corners }) => {
    const field = lineField(text.trim(), today, facts);
    return field === undefined ? [] : [{ id: named(field.kind), ...field, region: regionOf(pack, corners) }];
  });
  const [first] = pack.codes;
  const label =
    first === undefined
      ? []
      : [{ id: named('label'), kind: 'label', ...placeOf(pack, pack.codes), angle: first.rotation }];
  return { fields: [...codes, ...lines, ...label], ...(product === undefined ? {} : { product }), facts };
}

/** UPC-A is read as an EAN-13, and the members of DataBar have names of their own. */
function written(symbology: string): string {
  return symbology.startsWith('DataBar') ? 'DataBar' : symbology;
}

function gtinOf(code: GoodPack['codes'][number], year: number): string | undefined {
  const gtin = gtin14(code.text) ?? codeFacts(code, year).facts.find(({ ai }) => ai === '01')?.value;
  return gtin?.startsWith('0') === true ? gtin.slice(1) : gtin;
}

function lineField(text: string, today: CalendarDate, facts: Record<string, string>) {
  for (const format of FORMATS) {
    const found = findDates(text, dateFormat(format), today).find(
      ({ date, corrections }) => date && corrections.length === 0,
    );
    if (found?.date === undefined) continue;
    const isLater = compareDates(found.date, today) > 0;
    if (!isLater) return { kind: 'date', format, shelfLife: '0d' };
    facts['shelfLife'] ??= `${daysBetween(today, found.date)}d`;
    return { kind: 'date', format, shelfLife: '{shelfLife}' };
  }
  if (/^(?=.*\d)[A-Z]{0,4}[ :.-]*[A-Z0-9][A-Z0-9-]{3,15}$/i.test(text)) return { kind: 'lot', format: lotFormOf(text) };
  return text.replace(/[^\p{L}]/gu, '').length < 4 ? undefined : { kind: 'phrase', phrase: text };
}

/** The letters with which a lot begins stand for themselves, all other digits and letters for any. */
function lotFormOf(text: string): string {
  const [, first = '', rest = ''] = /^([^0-9]*)(.*)$/.exec(text) ?? [];
  const quoted = first === '' ? '' : `'${first}'`;
  return (
    quoted +
    rest
      .replace(/[^0-9A-Za-z]+/g, (marks) => `'${marks}'`)
      .replace(/(?<!')[0-9](?!')/g, '9')
      .replace(/[B-Zb-z]/g, 'A')
  );
}

function daysBetween(from: CalendarDate, to: CalendarDate): number {
  const ms = ({ year, month, day }: CalendarDate): number => Date.UTC(year, month - 1, day);
  return Math.round((ms(to) - ms(from)) / DAY_MS);
}

function regionOf({ width, height }: GoodPack, corners: readonly Corner[]): readonly number[] {
  const [xs, ys] = [corners.map(([x]) => x / width), corners.map(([, y]) => y / height)];
  const within = (value: number): number => Math.round(Math.min(1, Math.max(0, value)) * 1000) / 1000;
  return [
    ...[within(Math.min(...xs) - MARGIN), within(Math.min(...ys) - MARGIN)],
    ...[within(Math.max(...xs) + MARGIN), within(Math.max(...ys) + MARGIN)],
  ];
}

/** The mean place of all codes in the box of the pack, as it is measured on each pack. */
function placeOf({ width, height }: GoodPack, codes: GoodPack['codes']): { readonly place: readonly [number, number] } {
  const centres = codes.map(({ corners }) => [mean(corners.map(([x]) => x)), mean(corners.map(([, y]) => y))] as const);
  const round = (value: number): number => Math.round(value * 1000) / 1000;
  return { place: [round(mean(centres.map(([x]) => x)) / width), round(mean(centres.map(([, y]) => y)) / height)] };
}

function mean(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0) / values.length;
}

/** Names that are not used yet: `date`, `date-2`. */
function namer(): (name: string) => string {
  const used = new Map<string, number>();
  return (name) => {
    const count = (used.get(name) ?? 0) + 1;
    used.set(name, count);
    return count === 1 ? name : `${name}-${count}`;
  };
}
