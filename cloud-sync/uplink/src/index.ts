/**
 * The device's end of the connection to the collector: session, outbox, inbox, media. Asks for an `Outbox`, a
 * `MediaOutbox` and a `DesiredHandler`; knows neither SQLite nor the line. Alone touches MQTT on the device.
 */
export { type DayWindow, opensInMs, TokenBucket } from './limits/index.ts';
export type { MediaTarget } from './media/index.ts';
export * from './options.ts';
export { SendWindow, type Outgoing, type WindowOptions } from './outbox/index.ts';
export * from './ports/index.ts';
export { type BrokerAccess, type BrokerProbe, type BrokerProbeOptions, probeBroker } from './session/index.ts';
export * from './snapshot.ts';
export { Uplink } from './uplink.ts';
export * from './write-carried.ts';
