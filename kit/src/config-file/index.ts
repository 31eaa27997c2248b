/** What every configuration file needs: secrets by reference, masked when printed, and positions in YAML. */
export { SecretError } from './secret-error.ts';
export { referenceProblem, type SecretReference, withoutReferences } from './secret-reference.ts';
export * from './secret-resolver.ts';
export * from './secret-text.ts';
export * from './yaml-source.ts';
