import { type Condition, durationOf, type Language, type RuleDraft, type SentenceContext } from './draft.ts';
import { PHRASES, type Phrases } from './phrases.ts';
import { placeIn } from './place.ts';
import { literally, Words } from './words.ts';

/** What became of a sentence. `understood` lists its parts for people, in the language of the sentence. */
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

class Refusal extends Error {
  readonly advice: string;

  constructor(problem: string, advice: string) {
    super(problem);
    this.advice = advice;
  }
}

/** Reads one sentence. Never guesses: what is ambiguous or not understood is refused, with what was understood. */
export function parseSentence(sentence: string, context: SentenceContext): Reading {
  const language = languageOf(sentence, context);
  const understood: string[] = [];
  try {
    if (sentence.length > MAX_LENGTH) throw new Refusal('the sentence is too long', 'one rule is one short sentence');
    return { ok: true, language, draft: read(new Words(sentence), PHRASES[language], context, understood) };
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

function read(words: Words, phrases: Phrases, context: SentenceContext, understood: string[]): RuleDraft {
  for (const [word, number] of Object.entries(phrases.numbers)) {
    // «один» alone is somebody who is alone, not a number.
    if (word !== 'один') words.replace(word, String(number));
  }
  const took = (found: RegExpExecArray | undefined): RegExpExecArray | undefined => {
    if (found !== undefined) understood.push(found[0]);
    return found;
  };
  const hours = hoursOf(took(words.take(phrases.hours)));
  const days = phrases.days.find(([pattern]) => took(words.take(pattern)) !== undefined)?.[1];
  const shift = shiftOf(words, phrases, context, took);
  const place = placeIn(words, phrases, context.cameras, understood);
  const condition = conditionOf(words, phrases, took);
  const longer = durationIn(words, phrases, phrases.longer, took);
  const shorter = durationIn(words, phrases, phrases.shorter, took);
  const severity = phrases.severities.find(([pattern]) => took(words.take(pattern)) !== undefined)?.[1];
  while (words.take(phrases.fillers) !== undefined);
  const rest = words.rest();
  if (rest.length > 0) {
    throw new Refusal(`not understood: ${rest.join(' ')}`, 'leave these words out, or say it as in the examples');
  }
  if (condition === undefined) {
    throw new Refusal(
      'it does not say what is wrong',
      'begin with what must not be: no hairnet, a spill, more than 3 people',
    );
  }
  if (typeof place === 'string') throw new Refusal(place, placeAdvice(context));
  const durationMs = checkDuration(condition, longer, shorter);
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

type Took = (found: RegExpExecArray | undefined) => RegExpExecArray | undefined;

function conditionOf(words: Words, phrases: Phrases, took: Took): Condition | undefined {
  for (const [pattern, condition] of phrases.conditions) {
    const found = took(words.take(pattern));
    if (found === undefined) continue;
    const another = phrases.conditions.find(([other]) => words.has(other));
    if (another !== undefined) {
      throw new Refusal('it says two things that must not be', 'write one sentence for each');
    }
    return condition(found[1] ?? '');
  }
  return undefined;
}

function hoursOf(found: RegExpExecArray | undefined): RuleDraft['hours'] {
  if (found === undefined) return undefined;
  const [from = '', to = ''] = found.slice(1).map((time) => time.padStart(5, '0'));
  for (const time of [from, to]) {
    if (!/^(?:[01]\d|2[0-3]):[0-5]\d$/.test(time))
      throw new Refusal(`${time} is no time of day`, 'write for example 06:00');
  }
  return { from, to };
}

function shiftOf(words: Words, { shift }: Phrases, { shifts }: SentenceContext, took: Took): string | undefined {
  for (const name of shifts) {
    if (took(words.take(shift.replace('NAME', literally(name)))) !== undefined) return name;
  }
  return undefined;
}

function durationIn(words: Words, { units }: Phrases, pattern: string, took: Took): number | undefined {
  const unit = units.map(([name]) => name).join('|');
  const found = took(words.take(pattern.replace('UNIT', unit)));
  const [, number = '', given = ''] = found ?? [];
  const ms = units.find(([name]) => new RegExp(`^(?:${name})$`, 'u').test(given))?.[1];
  if (found === undefined || ms === undefined) return undefined;
  const duration = Math.round(Number(number) * ms);
  if (duration <= 0 || duration > 366 * 86_400_000) {
    throw new Refusal(`${number} ${given} is no duration`, 'more than 0, and not more than a year');
  }
  return duration;
}

function checkDuration(
  condition: Condition,
  longer: number | undefined,
  shorter: number | undefined,
): number | undefined {
  if (longer !== undefined && shorter !== undefined)
    throw new Refusal('it has two durations', 'write one sentence for each');
  if (shorter !== undefined && condition.about !== 'operation') {
    throw new Refusal('only an operation can be too short', 'write: for longer than');
  }
  const needs = durationOf(condition);
  const given = longer ?? shorter;
  if (needs === 'needed' && given === undefined)
    throw new Refusal('it does not say how long', 'add: for longer than 10 minutes');
  if (needs === 'none' && given !== undefined) {
    throw new Refusal('defects are judged by several frames of a product, not by time', 'leave the duration out');
  }
  return given;
}

function placeAdvice({ cameras }: SentenceContext): string {
  const names = cameras.flatMap(({ id, zones }) => [`camera ${id}`, ...zones.map((zone) => `zone ${zone}`)]);
  return names.length === 0 ? 'add a camera first' : `name a camera or a zone: ${names.join(', ')}`;
}
