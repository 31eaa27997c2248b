/**
 * The device's end of the wire: connection, window, drain, acks, pictures. Asks for an `Outbox` and a `MediaOutbox`;
 * knows neither SQLite nor the line. Alone touches MQTT on the device.
 */
export * from './condition.ts';
export type { DayWindow } from './day-window.ts';
export * from './options.ts';
export * from './outbox.ts';
export * from './ports.ts';
export * from './probe.ts';
export * from './snapshot.ts';
export { SendWindow, type Outgoing, type WindowOptions } from './send-window.ts';
export { Uplink } from './uplink.ts';
