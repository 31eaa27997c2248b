import { gzipSync } from 'node:zlib';

type Dice = (n: number) => number;
type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** Values that have broken parsers before. */
const NASTY: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  1e308,
  2 ** 53,
  Number.MAX_SAFE_INTEGER,
  '',
  '\u0000',
  '\ud800',
  '../../etc/passwd',
  '__proto__',
  'x'.repeat(70_000),
  [],
  {},
  [[1, 0]],
  '0'.repeat(64),
];

/** A payload that was right, and is not any more: bytes changed, cut off, repeated, or a value of its JSON replaced. */
export function mutatedPayload(json: string, random: Dice, mostFlips = 8): Buffer {
  switch (random(6)) {
    case 0:
      return flipped(Buffer.from(json), random, mostFlips);
    case 1:
      return flipped(gzipSync(json), random, mostFlips);
    case 2:
      return Buffer.from(json).subarray(0, random(Buffer.byteLength(json)));
    case 3:
      return Buffer.from(json.replaceAll(/[[{]/g, (bracket) => bracket.repeat(1 + random(2_000))));
    default:
      return Buffer.from(mutatedJson(json, random));
  }
}

/** One value somewhere in it, or one of its keys, is another one. */
function mutatedJson(json: string, random: Dice): string {
  const value = JSON.parse(json) as Json;
  const places: [holder: { [key: string]: Json }, key: string][] = [];
  const walk = (holder: Json): void => {
    if (typeof holder !== 'object' || holder === null) return;
    for (const [key, inner] of Object.entries(holder)) {
      places.push([holder as { [key: string]: Json }, key]);
      walk(inner);
    }
  };
  walk(value);
  const [holder, key] = places[random(places.length)] ?? [{}, ''];
  const before = holder[key] ?? null;
  const way = random(5);
  if (way === 0 && !Array.isArray(holder)) Reflect.deleteProperty(holder, key);
  else if (way === 1) Object.defineProperty(holder, `${key}_`, { value: before, enumerable: true });
  else if (way === 2 && typeof before === 'number') holder[key] = before + random(2_000) - 1_000;
  else if (way === 2 && typeof before === 'string') holder[key] = `${before.slice(1)}${String(random(10))}`;
  else holder[key] = NASTY[random(NASTY.length)] ?? null;
  return JSON.stringify(value);
}

function flipped(bytes: Buffer, random: Dice, most: number): Buffer {
  for (let times = 1 + random(most); times > 0; times -= 1) {
    const at = random(bytes.length);
    bytes[at] = (bytes[at] ?? 0) ^ (1 << random(8));
  }
  return bytes;
}
