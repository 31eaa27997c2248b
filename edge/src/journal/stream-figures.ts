import type { Stream } from '@lineside/protocol/records';
import type { DeclaredLoss, StreamEnd, StreamStats } from './journal-types.ts';
import type { StreamHeads } from './stream-heads.ts';
import { lossesOf, statsOf, wallMsAt } from './stream-reading.ts';
import type { StreamTable } from './stream-table.ts';

/** Figures of the streams for status and uplink, cheap enough to be asked every second. */
export class StreamFigures {
  readonly #tables: ReadonlyMap<Stream, StreamTable>;
  readonly #heads: StreamHeads;
  /** Wall ms of the oldest queued record, by stream, as long as it is that one. */
  readonly #oldest = new Map<Stream, { readonly seq: number; readonly wallMs: number | undefined }>();

  constructor(tables: ReadonlyMap<Stream, StreamTable>, heads: StreamHeads) {
    this.#tables = tables;
    this.#heads = heads;
  }

  stats(): Readonly<Record<Stream, StreamStats>> {
    const of = (stream: Stream): StreamStats =>
      statsOf(this.#heads.get(stream), (seq) => this.#oldestWallMs(stream, seq));
    return { audit: of('audit'), events: of('events'), telemetry: of('telemetry'), media: of('media') };
  }

  ends(): Readonly<Record<Stream, StreamEnd>> {
    const of = (stream: Stream): StreamEnd => {
      const { next, head } = this.#heads.get(stream);
      return { seq: next - 1, head };
    };
    return { audit: of('audit'), events: of('events'), telemetry: of('telemetry'), media: of('media') };
  }

  losses(stream: Stream, most: number): readonly DeclaredLoss[] {
    const table = this.#tables.get(stream);
    return table === undefined || this.#heads.get(stream).declared === 0 ? [] : lossesOf(table, most);
  }

  #oldestWallMs(stream: Stream, seq: number): number | undefined {
    const known = this.#oldest.get(stream);
    if (known?.seq === seq) return known.wallMs;
    const table = this.#tables.get(stream);
    const wallMs = table === undefined ? undefined : wallMsAt(table, seq);
    this.#oldest.set(stream, { seq, wallMs });
    return wallMs;
  }
}
