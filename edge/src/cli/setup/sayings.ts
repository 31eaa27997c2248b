import type { Language } from '@lineside/protocol/vocabulary';
import { LinesideError } from '@lineside/kit';
import { coded } from '../exit.ts';
import { RUSSIAN } from './sayings-ru.ts';

/** What is wrong, or in order, and what to do about it. */
export interface Said {
  readonly message: string;
  readonly advice: string;
}

/** The same as it comes from a check, a camera, a controller or the collector: in English, with a code. */
export interface Statement extends Said {
  readonly code: string;
  readonly args?: Readonly<Record<string, string | number>> | undefined;
}

/** Puts what others say into the language of the person. */
export type Sayings = (of: Statement) => Said;

/** Rejects where the files of the page are damaged, whose Russian texts are used here too. */
export async function sayingsOf(language: Language): Promise<Sayings> {
  if (language === 'en') return ({ message, advice }) => ({ message, advice });
  const { readErrorTexts, readFindingTexts } = await import('../../alerts/index.ts');
  const known = { ...(await readErrorTexts()), ...(await readFindingTexts()) };
  return (of) => russian(of, known);
}

/** Whether somebody has said it in Russian already. */
const CYRILLIC = /[а-яё]/iu;

function russian(of: Statement, known: Readonly<Record<string, Said | undefined>>): Said {
  const { code, message, advice, args = {} } = of;
  if (CYRILLIC.test(message)) return { message, advice };
  const own = RUSSIAN[code];
  const said = own === undefined ? (known[code] ?? commonOf(code)) : { message: own[0], advice: own[1] };
  if (said === undefined) return { message, advice };
  const filled = said.message.replaceAll(/\{(\w+)\}/g, (place, name: string) => String(args[name] ?? place));
  // Figures, addresses and causes are in the device's own words alone, but where they have their places in the text.
  const isComplete = own?.[2] === true || filled !== said.message || !/[\d:/]/.test(message);
  return { message: isComplete ? filled : `${filled} (${message})`, advice: said.advice };
}

/** Endings of codes that every check has. */
function commonOf(code: string): Said | undefined {
  const [, ending] = /_(slow|timed_out|failed|skipped)$/.exec(code) ?? [];
  const text = ending === undefined ? undefined : RUSSIAN[`*_${ending}`];
  return text === undefined ? undefined : { message: text[0], advice: text[1] };
}

/** An error in the language of the person. Its code and kind stay, and with them the exit code. */
class SaidError extends LinesideError {
  override readonly name: string;

  constructor(original: Error, code: string, { message, advice }: Said) {
    super({ code, message, advice, cause: original });
    this.name = original.name;
  }
}

/** What is wrong, as it can be said. Codes of streams of cameras are their own. */
export function statementOf(error: unknown): Statement {
  const found = coded(error);
  const [kind] = error instanceof Error ? [error.name] : [];
  if (kind === 'StreamError') return { ...found, code: `stream_${found.code}` };
  return kind === 'ConfigError' ? { ...found, code: 'config_invalid' } : found;
}

/** The error for who called, in the language of the person; faults of the program stay as they are. */
export function saidError(error: unknown, sayings: Sayings): unknown {
  const { code } = coded(error);
  if (code === 'unexpected' || !(error instanceof Error)) return error;
  const said = sayings(statementOf(error));
  return said.message === error.message ? error : new SaidError(error, code, said);
}
