import type { EventBody, MediaBody } from '@lineside/protocol';
import type { LineEvent } from '../domain/index.ts';
import { type Clock, type Logger, messageOf } from '@lineside/kit';
import type { Overlay, Picture, Recorder } from '../pipeline/index.ts';
import {
  type EmbeddedFacts,
  EVIDENCE_FORMATS,
  type EvidenceStore,
  type StagedEvidence,
  withJpegFacts,
  withVideoFacts,
} from '../evidence/index.ts';
import { CommitQueue, type Entry, type Journal, type JournalAlarms } from '../journal/index.ts';
import { CLIP_RECORD, EVENT_RECORD, SNAPSHOT_RECORD } from './record-kinds.ts';

/** A clip to be recorded; its camera and the monotonic time of its first frame are written into it. */
export interface RecordedClip {
  readonly mp4: Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly camera?: string;
  readonly fromMs?: number;
}

/** Writes events and their snapshots: the file first, then one transaction with the records that name it. */
export class JournalRecorder implements Recorder {
  readonly #commits: CommitQueue;
  readonly #journal: Journal;
  readonly #evidence: EvidenceStore;
  readonly #clock: Clock;
  readonly #log: Logger;
  readonly #alarms: Pick<JournalAlarms, 'raise' | 'clear'> | undefined;
  readonly #also: (event: LineEvent) => readonly Entry[];

  constructor(options: {
    readonly journal: Journal;
    readonly evidence: EvidenceStore;
    readonly clock: Clock;
    readonly log: Logger;
    /** Where a snapshot that cannot be written is reported, beside the log. */
    readonly alarms?: Pick<JournalAlarms, 'raise' | 'clear'>;
    /** What else is written with a transition, in the same transaction. */
    readonly also?: (event: LineEvent) => readonly Entry[];
  }) {
    this.#commits = new CommitQueue(options.journal, options.clock);
    this.#evidence = options.evidence;
    this.#journal = options.journal;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#alarms = options.alarms;
    this.#also = options.also ?? (() => []);
  }

  /** An event whose snapshot cannot be written is recorded without it, and its details say so. */
  async record(event: LineEvent, picture: Picture | undefined): Promise<{ readonly seq: number }> {
    if (picture === undefined) return this.#write(event, undefined, undefined);
    let staged: StagedEvidence;
    try {
      staged = await this.#evidence.stage(
        withJpegFacts(picture.jpeg, this.#factsOf(event, picture), picture.thumbnail),
      );
      this.#alarms?.clear('evidence_unwritable');
    } catch (error) {
      const reason = messageOf(error);
      this.#alarms?.raise('evidence_unwritable', `the snapshot of an event cannot be written: ${reason}`);
      this.#log.error({ event: event.event, error: reason }, 'cannot write the snapshot of an event');
      return this.#write(event, undefined, undefined, { evidence: 'not_written' });
    }
    try {
      return await this.#write(event, picture, staged);
    } catch (error) {
      this.#evidence.discard(staged);
      throw error;
    }
  }

  /** A clip of an event whose opening is recorded: the file first, then the record that names it. */
  async recordClip(
    event: string,
    { mp4, width, height, camera = '', fromMs }: RecordedClip,
  ): Promise<{ readonly sha256: string }> {
    const facts = { camera, event, atMs: this.#wallOf(fromMs), clock: this.#journal.clockQuality() };
    const staged = await this.#evidence.stage(withVideoFacts(mp4, facts), 'clip');
    try {
      const body = mediaBody(event, { width, height }, staged);
      await this.#commits.append([{ stream: 'media', kind: CLIP_RECORD, body }], () => {
        this.#evidence.adopt(staged, event, this.#clock.wallMs());
      });
    } catch (error) {
      this.#evidence.discard(staged);
      throw error;
    }
    this.#evidence.settle(staged);
    return { sha256: staged.sha256 };
  }

  /** The time is that of the frame: a live frame's monotonic time against the clocks of now. */
  #factsOf({ event, camera, frame, decidedAtMs }: LineEvent, picture: Picture): EmbeddedFacts {
    const { privacy, source, overlays = [] } = picture;
    const boxes = overlays.map(({ box, text, colour }) => ({ box: roundedBox(box), text, colour }));
    return {
      ...{ camera, event, atMs: this.#wallOf(decidedAtMs === undefined ? undefined : frame?.atMs) },
      clock: this.#journal.clockQuality(),
      ...(privacy === undefined ? {} : { privacy }),
      ...(source === undefined ? {} : { source, boxes }),
    };
  }

  /** Wall time of a monotonic time of this process; of now where it is not known. */
  #wallOf(monoMs: number | undefined): number {
    const wallMs = this.#clock.wallMs();
    return Math.round(monoMs === undefined ? wallMs : wallMs - (this.#clock.monoMs() - monoMs));
  }

  /** Writes at once what still waits for others; before the journal is closed. */
  flush(): void {
    this.#commits.flush();
  }

  /** Together with what other cameras record at the same moment: one sync of the disk for all. */
  async #write(
    event: LineEvent,
    picture: Picture | undefined,
    staged: StagedEvidence | undefined,
    remarks: EventBody['details'] = {},
  ): Promise<{ readonly seq: number }> {
    const at = event.decidedAtMs === undefined ? {} : { atMs: event.decidedAtMs };
    const body = eventBody(event, staged?.sha256, remarks);
    const entries: Entry[] = [{ stream: 'events', kind: EVENT_RECORD, body, ...at }];
    if (picture !== undefined && staged !== undefined) {
      entries.push({ stream: 'media', kind: SNAPSHOT_RECORD, body: mediaBody(event.event, picture, staged), ...at });
    }
    entries.push(...this.#also(event).map((entry) => ({ ...entry, ...at })));
    const [position] = await this.#commits.append(entries, () => {
      if (staged !== undefined) this.#evidence.adopt(staged, event.event, this.#clock.wallMs());
    });
    if (position === undefined) throw new TypeError('an append of one entry gave no number');
    if (staged !== undefined) this.#evidence.settle(staged);
    return { seq: position.seq };
  }
}

/** More digits than a model's precision would only cost bytes in the journal and on the link. */
function rounded(value: number, steps: number): number {
  return Math.round(value * steps) / steps;
}

function roundedBox([x1, y1, x2, y2]: Overlay['box']): Overlay['box'] {
  return [tenth(x1), tenth(y1), tenth(x2), tenth(y2)];
}

function tenth(pixels: number): number {
  return rounded(pixels, 10);
}

/** A transition as the body of its record. A number that JSON cannot represent is left out, so that the event is kept. */
export function eventBody(
  event: LineEvent,
  snapshot: string | undefined,
  remarks: EventBody['details'] = {},
): EventBody {
  const { output, frame, model } = event;
  const { score, box } = output;
  const details = { ...finiteOnly(output.details ?? {}), ...remarks };
  // In the order of the canonical text, which is then made faster.
  return {
    ...(box?.every(Number.isFinite) === true
      ? { box: [tenth(box[0]), tenth(box[1]), tenth(box[2]), tenth(box[3])] }
      : {}),
    camera: event.camera,
    ...(Object.keys(details).length === 0 ? {} : { details }),
    durationMs: Number.isFinite(output.durationMs) ? Math.max(0, Math.round(output.durationMs)) : 0,
    event: event.event,
    ...(frame === undefined ? {} : { frame: { height: frame.height, index: frame.index, width: frame.width } }),
    kind: output.kind,
    label: output.label,
    ...(model === undefined ? {} : { model: { degraded: model.degraded, id: model.id, sha256: model.sha256 } }),
    phase: output.phase,
    ...(output.reason === undefined ? {} : { reason: output.reason }),
    rule: output.rule,
    ruleType: output.ruleType,
    ...(score === undefined || !Number.isFinite(score) ? {} : { score: rounded(Math.min(1, Math.max(0, score)), 1e4) }),
    severity: output.severity,
    ...(snapshot === undefined ? {} : { snapshot }),
    ...(output.zone === undefined ? {} : { zone: output.zone }),
  };
}

function mediaBody(event: string, size: Pick<Picture, 'width' | 'height'>, staged: StagedEvidence): MediaBody {
  const { width, height } = size;
  const { mime } = EVIDENCE_FORMATS[staged.kind];
  return { sha256: staged.sha256, bytes: staged.bytes, mime, width, height, event };
}

function finiteOnly(details: NonNullable<EventBody['details']>): NonNullable<EventBody['details']> {
  return Object.fromEntries(Object.entries(details).filter(([, v]) => typeof v !== 'number' || Number.isFinite(v)));
}
