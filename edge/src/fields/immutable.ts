import type { SecretText } from '@lineside/kit';

/** Read-only to the last level, and an optional key is absent rather than undefined: YAML has no undefined. */
export type Immutable<T> = T extends SecretText | string | number | boolean
  ? T
  : { readonly [K in keyof T]: Immutable<Exclude<T[K], undefined>> };
