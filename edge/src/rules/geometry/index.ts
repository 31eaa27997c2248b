/**
 * How boxes and zones cover each other.
 */
export { boxFraction, coveredFraction, zoneFraction } from './zone-fraction.ts';
