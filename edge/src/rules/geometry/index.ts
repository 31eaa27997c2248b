/**
 * How boxes and zones cover each other.
 */
export { boxFraction, zoneFraction } from './zone-fraction.ts';
