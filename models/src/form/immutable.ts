/** A value that is parsed once and never changed afterwards. */
export type Immutable<T> = T extends readonly unknown[] | object ? { readonly [K in keyof T]: Immutable<T[K]> } : T;
