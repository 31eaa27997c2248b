/** Repeatable randomness: integers from 0 to below `n`, uniform in their low bits too. */
export function dice(seed: number): (n: number) => number {
  let state = seed >>> 0;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    // The low bits of such a generator go round in small circles: the high ones decide.
    return Math.floor((state / 2 ** 32) * n);
  };
}

/** Repeatable randomness: fractions from 0 to below 1. */
export function fractionsFrom(seed: number): () => number {
  let state = (seed * 7919 + 13) >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
