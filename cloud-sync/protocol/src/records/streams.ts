/** Streams of a device, in the order in which they are sent when the connection is slow. */
export const STREAMS = ['audit', 'events', 'telemetry', 'media'] as const;
export type Stream = (typeof STREAMS)[number];

export function isStream(name: string): name is Stream {
  return (STREAMS as readonly string[]).includes(name);
}
