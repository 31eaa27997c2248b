/**
 * Trust in what comes from outside: the metadata of a release repository (The Update Framework), verified without
 * relying on its files on this disk or on the clock alone; and the release documents that it signs.
 */
export { TrustError, TRUST_ERROR_CODES, type TrustErrorCode } from './errors.ts';
export { EMPTY_FLOOR, type FloorStore, mergeFloors, type TrustFloor, TrustFloorSchema } from './floor.ts';
export { FolderSource, HttpSource, type MetadataSource } from './metadata-source.ts';
export { MetadataCache } from './metadata-cache.ts';
export {
  type ConfigurationRelease,
  type ModelRelease,
  parseRelease,
  Release,
  RELEASE_BYTES,
  type ReleaseFile,
  type TargetCustom,
  TargetCustomSchema,
} from './release.ts';
export { TrustedRepository, type TrustedRepositoryOptions, type TrustedTarget } from './trusted-repository.ts';
