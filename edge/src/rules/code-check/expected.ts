import { localTimeOf, type ShiftPlan, shiftsWithin } from '@lineside/protocol/coverage';
import {
  bestBefore,
  type CalendarDate,
  dateFormat,
  type Expectation,
  judgeField,
  lotFormat,
  parseDate,
  parseShelfLife,
  type RegionReading,
} from '../../codes/index.ts';
import { type FieldOptions, PLACEHOLDER } from './field-options.ts';

/** Why a field cannot be checked, whatever is printed. */
export type FieldProblem = 'no_recipe' | 'clock_not_trusted';

/** What one field must hold now; `before` is right too for some time after a change of the day. */
export type Expected =
  | { readonly expectation: Expectation; readonly before?: Expectation; readonly today: CalendarDate }
  | { readonly problem: FieldProblem; readonly shown: string };

export interface ExpectedAt {
  /** Milliseconds since 1970; undefined where the wall time is not known. */
  readonly wallMs: number | undefined;
  readonly plan: ShiftPlan | undefined;
  readonly graceMs: number;
}

/** Decides only the century of dates with two digits, where no clock is known. */
export const USUAL_DAY: CalendarDate = { year: 2026, month: 1, day: 1 };

/** What a field must hold at an instant. */
export function expectedOf(field: FieldOptions, at: ExpectedAt): Expected {
  const open = openFactOf(field);
  if (open !== undefined) return { problem: 'no_recipe', shown: open };
  const today = dayOf(field.productionDay, at.wallMs, at.plan) ?? writtenDate(field) ?? USUAL_DAY;
  if (field.kind !== 'date' || field.date !== undefined || field.shelfLife === undefined) {
    return { expectation: fixed(field), today };
  }
  if (at.wallMs === undefined) return { problem: 'clock_not_trusted', shown: field.shelfLife };
  const dated = (day: CalendarDate | undefined): Expectation | undefined =>
    day === undefined ? undefined : { kind: 'date', name: field.id, ...printed(field, day) };
  const [now, before] = [dated(today), dated(dayOf(field.productionDay, at.wallMs - at.graceMs, at.plan))];
  if (now === undefined) return { problem: 'clock_not_trusted', shown: field.shelfLife };
  return { expectation: now, ...(before === undefined ? {} : { before }), today };
}

/** What must be there, for people. */
export function shownOf(expected: Expected | undefined): string {
  if (expected === undefined) return '';
  if ('problem' in expected) return expected.shown;
  return judgeField(expected.expectation, NOTHING, { today: expected.today }).expected;
}

const NOTHING: RegionReading = { printed: false, codes: [], lines: [] };

/** The first fact of the recipe that is not filled in, with its braces. */
function openFactOf(field: FieldOptions): string | undefined {
  const { gtin, content, format, date, shelfLife, lot, phrase, elements } = field;
  const texts = [gtin, content, format, date, shelfLife, lot, phrase, ...Object.values(elements)];
  return texts.flatMap((text) => PLACEHOLDER.exec(text ?? '')?.[0] ?? [])[0];
}

function fixed(field: FieldOptions): Expectation {
  const { id: name, kind, symbologies, gtin, content, elements, format = '', lot, phrase = '', forbidden } = field;
  switch (kind) {
    case 'code':
      return {
        ...{ kind, name, elements },
        ...(symbologies === undefined ? {} : { symbologies }),
        ...(gtin === undefined ? {} : { gtin }),
        ...(content === undefined ? {} : { text: content }),
      };
    case 'date':
      return { kind, name, format: dateFormat(format), date: writtenDate(field) ?? USUAL_DAY };
    case 'lot':
      return { kind, name, slots: lotFormat(format), ...(lot === undefined ? {} : { lot }) };
    case 'phrase':
      return { kind, name, phrase, present: !forbidden };
    case 'label':
      return {
        ...{ kind, name },
        ...(field.place === undefined ? {} : { place: { at: field.place, tolerance: field.placeTolerance } }),
        ...(field.angle === undefined ? {} : { angle: { degrees: field.angle, tolerance: field.angleTolerance } }),
      };
  }
}

function printed({ format = '', shelfLife = '' }: FieldOptions, produced: CalendarDate) {
  const form = dateFormat(format);
  const life = parseShelfLife(shelfLife);
  return { format: form, date: life === undefined ? produced : bestBefore(produced, life, form.precision) };
}

function writtenDate({ date, elements }: FieldOptions): CalendarDate | undefined {
  return [date, ...Object.values(elements)].flatMap((text) => (text === undefined ? [] : (parseDate(text) ?? [])))[0];
}

/** The production day of an instant: that of the calendar, or that on which the shift began. */
function dayOf(
  of: FieldOptions['productionDay'],
  wallMs: number | undefined,
  plan: ShiftPlan | undefined,
): CalendarDate | undefined {
  if (wallMs === undefined) return undefined;
  const zone = plan?.timeZone ?? 'UTC';
  const shift =
    of === 'shift' && plan !== undefined ? shiftsWithin({ fromMs: wallMs, toMs: wallMs + 1 }, plan).at(-1) : undefined;
  const { year, month, day } = localTimeOf(shift?.fromMs ?? wallMs, zone);
  return { year, month, day };
}
