import { type Gs1Reading, readElementString } from './element-string.ts';

const KEYS = new Set([
  '00',
  '01',
  '253',
  '255',
  '401',
  '402',
  '414',
  '417',
  '8003',
  '8004',
  '8006',
  '8010',
  '8013',
  '8017',
  '8018',
]);

/**
 * The elements of a GS1 Digital Link address, `https://id.gs1.org/01/09506000134352/10/A-7?17=261231`: pairs of the path
 * from the first key on, then those of the query (GS1 Digital Link Standard: URI Syntax, 1.4). Undefined where it is
 * none.
 *
 * @param currentYear decides the century of dates.
 */
export function readDigitalLink(text: string, currentYear: number): Gs1Reading | undefined {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  const parts = url.pathname
    .split('/')
    .filter((part) => part !== '')
    .map(decoded);
  const first = parts.findIndex((part, index) => KEYS.has(part ?? '') && index + 1 < parts.length);
  if (first === -1 || parts.includes(undefined)) return undefined;
  const pairs: [string, string][] = [];
  for (let index = first; index + 1 < parts.length; index += 2)
    pairs.push([parts[index] ?? '', parts[index + 1] ?? '']);
  for (const [key, value] of url.searchParams) if (/^\d{2,4}$/.test(key)) pairs.push([key, value]);
  const elements: Gs1Reading['elements'][number][] = [];
  for (const [ai, value] of pairs) {
    if (value.includes('\u001d')) return { elements, problem: { code: 'wrong_character', at: 0, ai } };
    const full = ai === '01' ? value.padStart(14, '0') : value;
    const read = readElementString(`${ai}${full}`, currentYear);
    if (read.problem !== undefined) return { elements, problem: read.problem };
    elements.push(...read.elements);
  }
  return { elements };
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) return undefined;
    throw error;
  }
}
