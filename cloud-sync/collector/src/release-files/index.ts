/**
 * The public files of the repository of releases, as devices fetch them: found by name, nothing beside them.
 */
export { PublicFiles } from './public-files.ts';
