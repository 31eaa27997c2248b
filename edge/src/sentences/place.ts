import type { SentenceContext } from './draft.ts';
import type { Phrases } from './phrases.ts';
import type { Refusals } from './refusals.ts';
import { literally, type Words } from './words.ts';

interface Place {
  readonly camera: string;
  readonly zone?: string;
}

interface PlaceReader {
  readonly phrases: Pick<Phrases, 'place' | 'camera' | 'service'>;
  readonly refusals: Refusals;
  readonly context: Pick<SentenceContext, 'cameras'>;
}

/**
 * The camera and zone that a sentence names, taken out of its words; text where it is ambiguous. A name without the word
 * zone or camera is a zone if there is one of that name. Without any place it is the only camera.
 */
export function placeIn(
  words: Words,
  { phrases, refusals, context }: PlaceReader,
  understood: string[],
): Place | string {
  const { place, camera, service } = phrases;
  const { cameras } = context;
  const zones = cameras.flatMap(({ id, zones: own }) => own.map((zone) => ({ camera: id, zone })));
  // Long names first: one may be the beginning of another.
  const names = [...new Set([...zones.map(({ zone }) => zone), ...cameras.map(({ id }) => id)])];
  const pattern = names
    .sort((a, b) => b.length - a.length)
    .map(literally)
    .join('|');
  // A machine is named as well by being what must be serviced: «the filler must be serviced», «обслуживать filler».
  const { subject, verb } = service;
  const patterns = [
    `${place} (${pattern})`,
    `${subject}(${pattern})(?= (?:${verb}) )`,
    `(?<= (?:${verb}) )${subject}(${pattern})`,
  ];
  const next = (): RegExpExecArray | undefined =>
    patterns.reduce<RegExpExecArray | undefined>((found, one) => found ?? words.take(one), undefined);
  let zone: string | undefined;
  let named: string | undefined;
  for (let found = pattern === '' ? undefined : next(); found !== undefined; ) {
    const [text, kind, name = ''] = found;
    understood.push(text);
    const isCamera = kind !== undefined && new RegExp(`^(?:${camera})$`, 'u').test(kind);
    const same = (one: string): boolean => one.toLowerCase() === name;
    const zoneName = isCamera ? undefined : zones.find((one) => same(one.zone))?.zone;
    const cameraName = kind !== undefined && !isCamera ? undefined : cameras.find(({ id }) => same(id))?.id;
    if (zoneName !== undefined && zone === undefined) zone = zoneName;
    else if (cameraName !== undefined && named === undefined) named = cameraName;
    else return refusals.placeTooMany(name);
    found = next();
  }
  if (zone === undefined) {
    const [first, ...others] = cameras;
    const only = named ?? (others.length === 0 ? first?.id : undefined);
    return only === undefined ? refusals.placeUnsaid() : { camera: only };
  }
  const holders = zones.filter((one) => one.zone === zone && (named === undefined || one.camera === named));
  const [holder, ...more] = holders;
  if (holder === undefined) return refusals.noSuchZone(named ?? '', zone);
  return more.length > 0 ? refusals.zoneTwice(zone) : holder;
}
