/**
 * ONVIF cameras on the local network: found by WS-Discovery, asked what they are and where their streams are. Everything
 * that they answer is hostile until it has been read against a schema; it is read in a process of its own.
 */
export { discoverCameras, type DiscoverOptions } from './discover.ts';
export { OnvifError } from './errors.ts';
export type { FoundCamera, FoundProfile } from './found-camera.ts';
