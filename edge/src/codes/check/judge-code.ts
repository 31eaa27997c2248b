import { formatDate } from '../calendar-date.ts';
import { expandUpcE, gtin14 } from '../check-digit.ts';
import { readDigitalLink } from '../gs1/digital-link.ts';
import { type Gs1Element, readElementString } from '../gs1/element-string.ts';
import type { ExpectedCode } from './expectation.ts';
import type { FieldVerdict } from './judge-field.ts';
import type { ReadCode, RegionReading } from './reading.ts';

/** What a code says: its product, and its application identifiers. */
interface Content {
  readonly text: string;
  readonly gtin?: string;
  readonly elements: ReadonlyMap<string, string>;
}

/**
 * Compares the codes of a region with the one that must be there. Further codes, such as the QR code of an
 * advertisement, do not disturb: only a code that names another product, or has other values, is wrong.
 */
export function codeVerdict(expected: ExpectedCode, reading: RegionReading, currentYear: number): FieldVerdict {
  const { name, symbologies } = expected;
  const shown = describe(expected);
  const contents = reading.codes
    .filter(({ symbology }) => symbologies === undefined || symbologies.some((one) => isOf(symbology, one)))
    .map((code) => contentOf(code, currentYear));
  const right = contents.find((content) => agrees(expected, content));
  if (right !== undefined) return { name, verdict: 'good', expected: shown, read: right.text, score: 1 };
  const wrong = contents.find((content) => speaksOf(expected, content));
  if (wrong !== undefined) return { name, verdict: 'wrong', expected: shown, read: wrong.text, score: 1 };
  const verdict = reading.printed || reading.codes.length > 0 ? 'unreadable' : 'missing';
  return { name, verdict, expected: shown, score: 0 };
}

/** Names of one symbology: UPC-A is an EAN-13 that begins with 0, ITF-14 an ITF, and DataBar has members. */
function isOf(read: string, expected: string): boolean {
  const same = new Set([read, ...(read === 'EAN13' ? ['UPCA'] : []), ...(read === 'ITF' ? ['ITF14'] : [])]);
  return same.has(expected) || (expected === 'DataBar' && read.startsWith('DataBar'));
}

function contentOf({ symbology, text }: ReadCode, currentYear: number): Content {
  const plain = symbology === 'UPCE' ? (expandUpcE(text) ?? text) : text;
  const gtin = gtin14(plain);
  if (gtin !== undefined) return { text, gtin, elements: new Map([['01', gtin]]) };
  const { elements } = readDigitalLink(text, currentYear) ?? readElementString(text, currentYear);
  const values = new Map(elements.map((element) => [element.ai, valueOf(element)]));
  const product = values.get('01');
  return { text, elements: values, ...(product === undefined ? {} : { gtin: product }) };
}

function valueOf({ value, date }: Gs1Element): string {
  return date === undefined ? value : formatDate(date);
}

function agrees({ gtin, text, elements = {} }: ExpectedCode, content: Content): boolean {
  if (gtin !== undefined && content.gtin !== gtin14(gtin)) return false;
  if (text !== undefined && content.text !== text) return false;
  return Object.entries(elements).every(([ai, value]) => content.elements.get(ai) === value);
}

/** True where the code says another thing about the same question. */
function speaksOf({ gtin, text, elements = {} }: ExpectedCode, content: Content): boolean {
  if (text !== undefined) return true;
  if (gtin !== undefined && content.gtin !== undefined && content.gtin !== gtin14(gtin)) return true;
  return Object.entries(elements).some(([ai, value]) => (content.elements.get(ai) ?? value) !== value);
}

function describe({ gtin, text, elements = {} }: ExpectedCode): string {
  const parts = [gtin, text, ...Object.entries(elements).map(([ai, value]) => `(${ai})${value}`)];
  return parts.filter((part) => part !== undefined).join(' ');
}
