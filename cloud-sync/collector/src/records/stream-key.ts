import type { Stream } from '@lineside/protocol';

/** A stream of one journal file of one device: what a sequence number belongs to. */
export interface StreamKey {
  readonly device: string;
  readonly epoch: string;
  readonly stream: Stream;
}

/** Numbers `first..last` of one stream, both included. */
export interface StreamRange extends StreamKey {
  readonly first: number;
  readonly last: number;
}

/** The key as one string, for maps. */
export function streamName({ device, epoch, stream }: StreamKey): string {
  return `${device}/${epoch}/${stream}`;
}
