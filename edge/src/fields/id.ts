import { z } from 'zod';

const PATTERN = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Name of a camera, zone, model or rule: 1 to 64 letters, digits, dots, dashes or underscores. */
export function id() {
  return z.string().regex(PATTERN, 'must be 1 to 64 letters, digits, dots, dashes or underscores');
}

/** A list of a model's labels, at least one. */
export function labels() {
  return z.array(z.string().min(1).max(64)).min(1);
}
