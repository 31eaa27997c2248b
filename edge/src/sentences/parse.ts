import { type Condition, durationOf, type Language, type RuleDraft, type SentenceContext } from './draft.ts';
import { durationIn } from './duration.ts';
import { PHRASES, type Phrases } from './phrases.ts';
import { placeIn } from './place.ts';
import { type Reader, Refusal, type Took } from './reader.ts';
import { type Refusals, REFUSALS } from './refusals.ts';
import { serviceIn } from './service.ts';
import { literally, Words } from './words.ts';

/** What became of a sentence. `understood` lists its parts, in the language of the sentence. */
export type Reading =
  | { readonly ok: true; readonly language: Language; readonly draft: RuleDraft }
  | {
      readonly ok: false;
      readonly language: Language;
      readonly understood: readonly string[];
      readonly problem: string;
      readonly advice: string;
    };

/** Longest sentence that is read, in characters. */
const MAX_LENGTH = 400;

/**
 * Reads one sentence. Never guesses: what is ambiguous or not understood is refused, with what was understood. `says`: the language
 * in which it is said what is wrong.
 */
export function parseSentence(sentence: string, context: SentenceContext, says: Language = 'en'): Reading {
  const language = languageOf(sentence, context);
  const understood: string[] = [];
  const reader: Reader = { phrases: PHRASES[language], refusals: REFUSALS[says], context };
  try {
    if (sentence.length > MAX_LENGTH) throw new Refusal(reader.refusals.tooLong());
    return { ok: true, language, draft: read(new Words(sentence), reader, understood) };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { ok: false, language, understood, problem: error.message, advice: error.advice };
  }
}

/** Russian where there is a Cyrillic letter, but for names of shifts, which may be in another language. */
function languageOf(sentence: string, { shifts }: SentenceContext): Language {
  const plain = shifts.reduce(
    (text, name) => text.replace(new RegExp(literally(name), 'giu'), ' '),
    sentence.toLowerCase(),
  );
  return /[а-яё]/u.test(plain) ? 'ru' : 'en';
}

function read(words: Words, reader: Reader, understood: string[]): RuleDraft {
  const { phrases, refusals, context } = reader;
  for (const [word, number] of Object.entries(phrases.numbers)) {
    // «один» alone is somebody who is alone, not a number.
    if (word !== 'один') words.replace(word, String(number));
  }
  const took = (found: RegExpExecArray | undefined): RegExpExecArray | undefined => {
    if (found !== undefined) understood.push(found[0]);
    return found;
  };
  const hours = hoursOf(took(words.take(phrases.hours)), refusals);
  const days = phrases.days.find(([pattern]) => took(words.take(pattern)) !== undefined)?.[1];
  const shift = shiftOf(words, phrases, context, took);
  const place = placeIn(words, reader, understood);
  const named = conditionOf(words, reader, took);
  const service = named?.about === 'service' ? serviceIn(words, reader, took) : undefined;
  const condition = service?.condition ?? named;
  const longer = durationIn(words, reader, phrases.longer, took);
  const shorter = durationIn(words, reader, phrases.shorter, took);
  const severity = phrases.severities.find(([pattern]) => took(words.take(pattern)) !== undefined)?.[1];
  while (words.take(phrases.fillers) !== undefined);
  const rest = words.rest();
  if (rest.length > 0) {
    throw new Refusal(refusals.notUnderstood(rest.join(' ')));
  }
  if (condition === undefined) {
    throw new Refusal(refusals.nothingWrong());
  }
  if (typeof place === 'string') throw new Refusal({ problem: place, advice: placeAdvice(reader) });
  if (service !== undefined && place.zone !== undefined) throw new Refusal(refusals.serviceNoZone(place.zone));
  const hasLimit = service?.durationMs !== undefined || service?.condition.by === 'count';
  if (hasLimit && longer !== undefined) throw new Refusal(refusals.twoLimits());
  const durationMs = checkDuration(condition, service?.durationMs ?? longer, shorter, refusals);
  return {
    condition:
      condition.about === 'operation' && shorter !== undefined ? { ...condition, limit: 'shorter' } : condition,
    ...place,
    ...(severity === undefined || severity === 'default' ? {} : { severity }),
    ...(durationMs === undefined ? {} : { durationMs }),
    ...(hours === undefined ? {} : { hours }),
    ...(days === undefined ? {} : { days }),
    ...(shift === undefined ? {} : { shift }),
  };
}

function conditionOf(words: Words, { phrases, refusals }: Reader, took: Took): Condition | undefined {
  for (const [pattern, condition] of phrases.conditions) {
    const found = took(words.take(pattern));
    if (found === undefined) continue;
    const another = phrases.conditions.find(([other]) => words.has(other));
    if (another !== undefined) {
      throw new Refusal(refusals.twoThings());
    }
    return condition(found[1] ?? '');
  }
  return undefined;
}

function hoursOf(found: RegExpExecArray | undefined, refusals: Refusals): RuleDraft['hours'] {
  if (found === undefined) return undefined;
  const [from = '', to = ''] = found.slice(1).map((time) => time.padStart(5, '0'));
  for (const time of [from, to]) {
    if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time)) throw new Refusal(refusals.noTime(time));
  }
  return { from, to };
}

function shiftOf(words: Words, { shift }: Phrases, { shifts }: SentenceContext, took: Took): string | undefined {
  for (const name of shifts) {
    if (took(words.take(shift.replace('NAME', literally(name)))) !== undefined) return name;
  }
  return undefined;
}

function checkDuration(
  condition: Condition,
  longer: number | undefined,
  shorter: number | undefined,
  refusals: Refusals,
): number | undefined {
  if (longer !== undefined && shorter !== undefined) throw new Refusal(refusals.twoDurations());
  if (shorter !== undefined && condition.about !== 'operation') throw new Refusal(refusals.onlyOperation());
  const needs = durationOf(condition);
  const given = longer ?? shorter;
  if (needs === 'needed' && given === undefined) throw new Refusal(refusals.howLong());
  if (needs === 'none' && given !== undefined) throw new Refusal(refusals.byFrames());
  return given;
}

function placeAdvice({ refusals, context: { cameras } }: Reader): string {
  const names = cameras.flatMap(({ id, zones }) => [refusals.camera(id), ...zones.map((zone) => refusals.zone(zone))]);
  return names.length === 0 ? refusals.noPlaces() : refusals.places(names.join(', '));
}
