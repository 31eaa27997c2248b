/**
 * The companion page of `lineside camera setup`: zones, masks and lines are drawn on a still of one camera, and what is
 * printed on one good pack becomes the fields of its rule; checked with the configuration, and written, with undo. Served on the loopback while the command runs; a token in its address lets one
 * browser in, once.
 */
export {
  CameraDraft,
  type CameraDraftOptions,
  type RuleDifference,
  type SetupShape,
  type SetupView,
} from './camera-draft.ts';
export type { GoodPack, PackReader, Rectangle } from './pack-setup.ts';
export { SetupPage, type SetupPageOptions, type Still } from './setup-page.ts';
