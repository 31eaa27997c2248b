/**
 * What counts as an incident: rules judge tracks over time and say when one opens, goes on and closes, and why. Pure.
 */
export * from './create-rule.ts';
export * from './spec.ts';
