/** `value` as T; undefined where it is none. */
export type Reader<T> = (value: unknown) => T | undefined;

type OptionalKey<T> = { [K in keyof T]-?: undefined extends T[K] ? K : never }[keyof T];
type RequiredReaders<T> = { readonly [K in Exclude<keyof T, OptionalKey<T>>]: Reader<T[K]> };
type OptionalReaders<T> = { readonly [K in OptionalKey<T>]: Reader<NonNullable<T[K]>> };

/**
 * A reader of objects with these fields. Fields without a reader are left out; an object is refused where a required
 * field is missing or any field is refused.
 */
export function objectReader<T extends object>(required: RequiredReaders<T>, optional: OptionalReaders<T>): Reader<T> {
  const readers = Object.entries<Reader<unknown>>({ ...required, ...optional });
  return (value) => {
    if (!isObject(value)) return undefined;
    const fields: Record<string, unknown> = {};
    for (const [key, read] of readers) {
      const given = Object.hasOwn(value, key) ? value[key] : undefined;
      if (given === undefined) {
        if (key in required) return undefined;
        continue;
      }
      const field = read(given);
      if (field === undefined) return undefined;
      fields[key] = field;
    }
    return fields as T;
  };
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The entries of an object with any keys; an own `__proto__` is left out, because a copy of it would set the prototype. */
export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] | undefined {
  return isObject(value) ? Object.entries(value).filter(([key]) => key !== '__proto__') : undefined;
}

/** Texts that `pattern` matches. */
export function textLike(pattern: RegExp): Reader<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}

/** Texts of `least` to `most` UTF-16 code units. */
export function textOf(least: number, most: number): Reader<string> {
  return (value) => (typeof value === 'string' && value.length >= least && value.length <= most ? value : undefined);
}

/** Finite numbers from `least` to `most`. */
export function numberFrom(least: number, most = Number.POSITIVE_INFINITY): Reader<number> {
  return (value) =>
    typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most ? value : undefined;
}

/** Integers of at least `least` that a double holds exactly. */
export function integerFrom(least: number): Reader<number> {
  return (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= least ? value : undefined);
}

export function oneOf<const T extends string>(choices: readonly T[]): Reader<T> {
  return (value) => choices.find((choice) => choice === value);
}

export function boolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}
