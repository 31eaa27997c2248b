import { InvalidArgumentError } from 'commander';
import { SCENES, type SceneKind } from '../scenes/index.ts';
import { type Format, FORMATS } from '../tables/index.ts';
import { CONDITIONS, type Condition, STYLE_NAMES, type StyleName, STYLES } from '../styles/index.ts';

/** Readers of the command line's values; each throws commander's InvalidArgumentError with what would be right. */
export function integer(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || text === '')
    throw new InvalidArgumentError('must be a whole number, 0 or more');
  return value;
}

export function duration(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('must be a number of seconds above 0');
  return value;
}

export function pictureSize(text: string): { width: number; height: number } {
  const match = /^(\d+)x(\d+)$/.exec(text);
  const [width, height] = [Number(match?.[1]), Number(match?.[2])];
  const fits = (n: number): boolean => n >= 32 && n <= 4096 && n % 2 === 0;
  if (!fits(width) || !fits(height))
    throw new InvalidArgumentError('must have the form 640x360, both even, 32 to 4096');
  return { width, height };
}

export function sceneKind(text: string): SceneKind {
  const found = SCENES.find((name) => name === text);
  if (!found) throw new InvalidArgumentError(`must be one of ${SCENES.join(', ')}`);
  return found;
}

export function port(text: string): number {
  const value = integer(text);
  if (value > 65535) throw new InvalidArgumentError('must be a port, 0 to 65535');
  return value;
}

function oneOf<T extends string>(known: readonly T[], text: string): T {
  const found = known.find((name) => name === text);
  if (found === undefined) throw new InvalidArgumentError(`must be of ${known.join(', ')}; ${text} is not`);
  return found;
}

/** Names of styles, with commas between; `training` and `judging` stand for all styles of that use. */
export function styles(text: string): [StyleName, ...StyleName[]] {
  const named = text.split(',').flatMap((name): StyleName[] => {
    if (name !== 'training' && name !== 'judging') return [oneOf(STYLE_NAMES, name)];
    return STYLE_NAMES.filter((style) => STYLES[style].use === name);
  });
  const [first, ...others] = named;
  return [first ?? 'plain', ...others];
}

/** Names of formats, with commas between. */
export function formats(text: string): Format[] {
  return text.split(',').map((name) => oneOf(FORMATS, name));
}

/** Names of conditions, with commas between; `all` stands for every one. */
export function conditions(text: string): Condition[] {
  return text === 'all' ? [...CONDITIONS] : text.split(',').map((name) => oneOf(CONDITIONS, name));
}

/** name:password, split at the first colon. */
export function user(text: string, known: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf(':');
  if (at < 1) throw new InvalidArgumentError('must have the form name:password');
  return { ...known, [text.slice(0, at)]: text.slice(at + 1) };
}
