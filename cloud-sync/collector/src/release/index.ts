/**
 * The repository of releases: keys, signed metadata (The Update Framework), models and configurations as files named by
 * their hash. What is in `public/` can be served by any web server.
 */
export { addConfiguration, addModel, type Added } from './add-release.ts';
export { assembleBundle } from './assemble-bundle.ts';
export { exportRepository } from './export-repository.ts';
export { findRelease, type PublishedRelease } from './find-release.ts';
export { initRepository, type InitOptions } from './init-repository.ts';
export { describeKeys, type RoleView, useSigner } from './keys.ts';
export { addCustomer } from './customers.ts';
export { publish, type Published } from './publish.ts';
export { ReleaseFolder } from './release-folder.ts';
export { rotateRole, type RotateOptions } from './rotate.ts';
