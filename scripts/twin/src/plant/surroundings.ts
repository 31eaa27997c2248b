import { Random } from '../raster/index.ts';
import type { Plant } from './declaration.ts';

const DAY = 86_400;

export interface ShiftAt {
  readonly name: string;
  readonly staff: number;
  /** Stream time at which it began; negative when it began before the simulation. */
  readonly startSeconds: number;
  readonly endSeconds: number;
}

/** Seconds since midnight UTC of stream time 0. */
function firstSecondOfDay(plant: Plant): number {
  return (Date.parse(plant.startsAt) / 1000) % DAY;
}

function secondOfDay(clock: string): number {
  const [hours = 0, minutes = 0] = clock.split(':').map(Number);
  return hours * 3600 + minutes * 60;
}

/** The shift of a stream time. Each lasts until the next one begins; the last until the first of the next day. */
export function shiftAt(plant: Plant, seconds: number): ShiftAt {
  const starts = plant.shifts
    .map((shift) => ({ shift, from: secondOfDay(shift.from) }))
    .sort((a, b) => a.from - b.from);
  const zero = firstSecondOfDay(plant);
  const day = Math.floor((zero + seconds) / DAY);
  const inDay = zero + seconds - day * DAY;
  const index = starts.findLastIndex(({ from }) => from <= inDay);
  const current = starts.at(index)!;
  const next = starts[index + 1] ?? { from: starts[0]!.from + DAY };
  const start = index >= 0 ? current.from : current.from - DAY;
  const end = index >= 0 ? next.from : starts[0]!.from;
  return {
    name: current.shift.name,
    staff: current.shift.staff,
    startSeconds: start + day * DAY - zero,
    endSeconds: end + day * DAY - zero,
  };
}

/** Degrees Celsius: a daily wave, warmest at 15:00, and weather that changes from hour to hour. */
export function temperatureAt(plant: Plant, seed: number, seconds: number): number {
  const { meanC, swingC } = plant.temperature;
  const hours = (firstSecondOfDay(plant) + seconds) / 3600;
  const daily = swingC * Math.cos(((hours - 15) * Math.PI) / 12);
  const hour = Math.floor(hours);
  const weather = (h: number): number => new Random(seed, 'weather', h).around(0, swingC / 2);
  const part = hours - hour;
  return meanC + daily + weather(hour) * (1 - part) + weather(hour + 1) * part;
}

const FIRST = [
  'Anna',
  'Ben',
  'Clara',
  'David',
  'Emma',
  'Frank',
  'Grace',
  'Henry',
  'Irene',
  'Jack',
  'Kate',
  'Leo',
] as const;
const LAST = ['Baker', 'Carter', 'Cook', 'Fisher', 'Hill', 'Miller', 'Shepherd', 'Smith', 'Taylor', 'Weaver'] as const;

/** Invented names of those who work in a shift. */
export function staffOf(seed: number, shift: Pick<ShiftAt, 'name' | 'staff'>): string[] {
  return Array.from({ length: shift.staff }, (_, index) => {
    const random = new Random(seed, 'staff', shift.name, index);
    return `${random.pick(FIRST)} ${random.pick(LAST)}`;
  });
}
