const DURATION_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const SIZE_BYTES = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 } as const;

type DurationUnit = keyof typeof DURATION_MS;
type SizeUnit = keyof typeof SIZE_BYTES;

/** One number and one unit: `500ms`, `5s`, `1.5h`, `30d`. */
export const DURATION_PATTERN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|w)$/;
/** One number and one unit: `512MB`, `1.5GB`, `2GiB`; decimal units are powers of 1000. */
export const SIZE_PATTERN = /^(\d+(?:\.\d+)?)(B|KB|MB|GB|TB|KiB|MiB|GiB)$/;

/** One number and one unit of bits per second: `256kbit`, `1.5Mbit`. */
export const RATE_PATTERN = /^(\d+(?:\.\d+)?)(kbit|Mbit|Gbit)$/;
const RATE_BITS = { kbit: 1e3, Mbit: 1e6, Gbit: 1e9 } as const;

/** Bytes per second of a rate such as `256kbit`, or undefined where it is none. */
export function parseRate(text: string): number | undefined {
  const match = RATE_PATTERN.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return Math.round((Number(match[1]) * RATE_BITS[match[2] as keyof typeof RATE_BITS]) / 8);
}

/** Bytes per second in bits: 32000 is `256kbit`. */
export function formatRate(bytesPerS: number): string {
  const bits = bytesPerS * 8;
  if (bits % 1e9 === 0) return `${bits / 1e9}Gbit`;
  return bits % 1e6 === 0 ? `${bits / 1e6}Mbit` : `${bits / 1e3}kbit`;
}

/** A part of the day, minutes since midnight; it may reach over midnight. */
export interface DayPart {
  readonly fromMinute: number;
  readonly toMinute: number;
}

/** `always`, `night`, or `HH:MM-HH:MM`. */
export const DAY_PART_PATTERN = /^(?:always|night|([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d))$/;
const NIGHT: DayPart = { fromMinute: 22 * 60, toMinute: 6 * 60 };

/** The part of the day that is meant; undefined for all of it. */
export function parseDayPart(text: string): DayPart | undefined {
  if (text === 'night') return NIGHT;
  const match = DAY_PART_PATTERN.exec(text);
  if (match?.[1] === undefined) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute };
}

export function formatDayPart({ fromMinute, toMinute }: DayPart): string {
  const text = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${text(fromMinute)}-${text(toMinute)}`;
}

/** Milliseconds of a duration such as `5s`, or undefined where it is none. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION_PATTERN.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return Math.round(Number(match[1]) * DURATION_MS[match[2] as DurationUnit]);
}

/** Bytes of a size such as `1GB`, or undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const match = SIZE_PATTERN.exec(text);
  if (match?.[1] === undefined || match[2] === undefined) return undefined;
  return Math.round(Number(match[1]) * SIZE_BYTES[match[2] as SizeUnit]);
}

/** `ms` in the largest unit that divides it: 5000 is `5s`, 1500 is `1500ms`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  return inLargest(ms, DURATION_MS, ['d', 'h', 'm', 's', 'ms']);
}

/** `bytes` in the largest decimal unit that divides it: 1e9 is `1GB`. */
export function formatSize(bytes: number): string {
  return inLargest(bytes, SIZE_BYTES, ['TB', 'GB', 'MB', 'KB', 'B']);
}

function inLargest<U extends string>(value: number, factors: Readonly<Record<U, number>>, units: readonly U[]): string {
  const unit = units.find((candidate) => value >= factors[candidate] && value % factors[candidate] === 0);
  const chosen = unit ?? units.at(-1);
  return chosen === undefined ? String(value) : `${value / factors[chosen]}${chosen}`;
}
