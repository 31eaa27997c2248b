/**
 * What tells an object that is hidden or whose track was lost from one that is gone: what stands in front of it, and
 * whether it stood still where it was last seen.
 */
export { Occluders, type OccluderOptions } from './occluders.ts';
export { Place } from './place.ts';
