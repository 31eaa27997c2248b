import { type CalendarDate, formatDate } from '../calendar-date.ts';
import { findDates } from '../text/date-format.ts';
import { type Correction, findPattern } from '../text/pattern.ts';
import { holdsPhrase } from '../text/phrase.ts';
import { codeVerdict } from './judge-code.ts';
import { labelVerdict } from './judge-label.ts';
import type { Expectation, ExpectedDate, ExpectedLot, ExpectedPhrase } from './expectation.ts';
import type { RegionReading, Verdict } from './reading.ts';

/** What one frame says of one expectation. */
export interface FieldVerdict {
  readonly name: string;
  readonly verdict: Verdict;
  readonly expected: string;
  /** What was read in its place. */
  readonly read?: string;
  /** Equal for wrong readings that say the same; `read` where it is left out. */
  readonly content?: string;
  /** Characters that were taken for others of the same form. */
  readonly corrections?: readonly Correction[];
  /** How much the reading is worth, 0 to 1: 1 for a code, which has its own check. */
  readonly score: number;
}

/** Dates of a pack are read near this day: it decides the century. */
export interface FieldContext {
  readonly today: CalendarDate;
}

/** Compares one reading of a region with what must be there. What cannot be read is never good. */
export function judgeField(expectation: Expectation, reading: RegionReading, { today }: FieldContext): FieldVerdict {
  switch (expectation.kind) {
    case 'code':
      return codeVerdict(expectation, reading, today.year);
    case 'date':
      return dateVerdict(expectation, reading, today);
    case 'lot':
      return lotVerdict(expectation, reading);
    case 'phrase':
      return phraseVerdict(expectation, reading);
    case 'label':
      return labelVerdict(expectation, reading);
  }
}

function dateVerdict({ name, format, date }: ExpectedDate, reading: RegionReading, today: CalendarDate): FieldVerdict {
  const expected = formatDate(date);
  const found = reading.lines
    .flatMap(({ text, score }) => findDates(text, format, today).map((match) => ({ match, score })))
    .toSorted((a, b) => a.match.corrections.length - b.match.corrections.length);
  const read = ({ match }: (typeof found)[number]): string =>
    match.date === undefined ? match.text : formatDate(match.date);
  const right = found.find((one) => read(one) === expected);
  const other = right ?? found.find(({ match }) => match.date !== undefined);
  if (other === undefined) return { ...unread(name, expected, reading), ...(found[0] && { read: read(found[0]) }) };
  const { corrections } = other.match;
  const verdict = right === undefined ? 'wrong' : 'good';
  return { name, verdict, expected, read: read(other), corrections, score: other.score };
}

function lotVerdict({ name, slots, lot }: ExpectedLot, reading: RegionReading): FieldVerdict {
  const expected = lot ?? 'any of its form';
  const found = reading.lines.flatMap(({ text, score }) => findPattern(text, slots).map((match) => ({ match, score })));
  const right = lot === undefined ? found[0] : found.find(({ match }) => same(match.text, lot));
  const other = right ?? found[0];
  if (other === undefined) return unread(name, expected, reading);
  const { text, corrections } = other.match;
  return {
    name,
    verdict: right === undefined ? 'wrong' : 'good',
    expected,
    read: text,
    corrections,
    score: other.score,
  };
}

/** One misread character hides a phrase, and none makes one: that it is there counts twice as much as that it is not. */
const WORTH_OF_ABSENCE = 0.5;

function phraseVerdict({ name, phrase, present }: ExpectedPhrase, reading: RegionReading): FieldVerdict {
  const expected = present ? phrase : `not: ${phrase}`;
  const texts = reading.lines.map(({ text }) => text);
  if (texts.length === 0) return unread(name, expected, reading);
  const found = holdsPhrase(texts, phrase);
  const mean = reading.lines.reduce((total, line) => total + line.score, 0) / texts.length;
  return {
    name,
    verdict: found === present ? 'good' : 'wrong',
    expected,
    read: texts.join(' '),
    content: found ? 'there' : 'not there',
    score: found ? mean : mean * WORTH_OF_ABSENCE,
  };
}

function unread(name: string, expected: string, { printed, lines }: RegionReading): FieldVerdict {
  const text = lines.map((line) => line.text).join(' ');
  const verdict = printed || lines.length > 0 ? 'unreadable' : 'missing';
  return { name, verdict, expected, ...(text === '' ? {} : { read: text }), score: 0 };
}

function same(a: string, b: string): boolean {
  const plain = (text: string): string => text.replace(/\s+/g, '').toLocaleUpperCase('ru');
  return plain(a) === plain(b);
}
