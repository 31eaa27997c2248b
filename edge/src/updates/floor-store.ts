import { readFile } from 'node:fs/promises';
import { systemCode, writeFileAtomic } from '@lineside/kit';
import { EMPTY_FLOOR, type FloorStore, mergeFloors, type TrustFloor, TrustFloorSchema } from '@lineside/models/trust';

/** A text that the journal keeps, and the latest wall time that it trusts. */
export interface JournalNote {
  read(): string | undefined;
  write(text: string): void;
}

/** The floor of trust, in the journal and in a file: one of them may be lost, and the higher of both counts. */
export class TwoPlaceFloor implements FloorStore {
  readonly #note: JournalNote;
  readonly #path: string;
  /** Latest wall time that is trusted for another reason, ms. */
  readonly #timeMs: () => number;

  constructor(note: JournalNote, path: string, timeMs: () => number = () => 0) {
    this.#note = note;
    this.#path = path;
    this.#timeMs = timeMs;
  }

  async read(): Promise<TrustFloor> {
    const mirrored = await this.#mirrored();
    const noted = parse(this.#note.read());
    const merged = mergeFloors(mirrored, noted);
    return { ...merged, timeMs: Math.max(merged.timeMs, this.#timeMs()) };
  }

  async write(floor: TrustFloor): Promise<void> {
    const text = JSON.stringify(floor);
    this.#note.write(text);
    await writeFileAtomic(this.#path, text);
  }

  async #mirrored(): Promise<TrustFloor> {
    try {
      return parse(await readFile(this.#path, 'utf8'));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return EMPTY_FLOOR;
    }
  }
}

/** What cannot be read counts as nothing: the other place has it too. */
function parse(text: string | undefined): TrustFloor {
  if (text === undefined) return EMPTY_FLOOR;
  try {
    const parsed = TrustFloorSchema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : EMPTY_FLOOR;
  } catch (error) {
    if (error instanceof SyntaxError) return EMPTY_FLOOR;
    throw error;
  }
}
