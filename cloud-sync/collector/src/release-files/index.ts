/**
 * The public files of the repository of releases, as devices fetch them: found by name, nothing beside them.
 */
export { type CustomerDevices, mayRead } from './customer-files.ts';
export { PublicFiles } from './public-files.ts';
