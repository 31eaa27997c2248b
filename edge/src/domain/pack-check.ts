import type { NotReadReason } from './reading.ts';

/** Unreadable: something is printed there that cannot be read. Missing: nothing is printed there. */
export const PACK_VERDICTS = ['good', 'wrong', 'unreadable', 'missing'] as const;
export type PackVerdictName = (typeof PACK_VERDICTS)[number];

export type VerdictCounts = Readonly<Record<PackVerdictName, number>>;

export const NO_VERDICTS: VerdictCounts = { good: 0, wrong: 0, unreadable: 0, missing: 0 };

/** One pack that was judged. */
export interface PackCheck {
  /** On the clock of the frames, milliseconds. */
  readonly atMs: number;
  readonly track: number;
  readonly verdict: PackVerdictName;
  /** One of the first packs after a change of recipe, which are counted apart. */
  readonly changeover: boolean;
  readonly fields: readonly {
    readonly id: string;
    readonly verdict: PackVerdictName;
    readonly expected: string;
    readonly read?: string;
  }[];
  /** Time that the reader worked on it. */
  readonly tookMs: number;
}

/** What one field of the packs shows. */
export interface FieldCheckState {
  readonly id: string;
  readonly counts: VerdictCounts;
  /** Mean of the newest packs and of the first packs of the recipe, 0 to 1; absent where it is no code. */
  readonly contrast?: number;
  readonly contrastBefore?: number;
  /** Mean of the newest packs, as a fraction of what the symbology needs. */
  readonly quietZone?: number;
  /** Part of the error correction that was not needed, mean of the newest packs; of codes of two dimensions. */
  readonly unusedCorrection?: number;
  /** The lowest grade of contrast, quiet zone and unused error correction, A to F, as the camera sees them. */
  readonly grade?: string;
}

/** Packs of one hour, by the wall clock, and those of which a field could be read, by the field. */
export interface HourOfPacks {
  readonly fromMs: number;
  readonly packs: number;
  readonly read: Readonly<Record<string, number>>;
}

/** What a rule has checked since it started; `hours` go on over a restart. */
export interface PackCheckState {
  readonly packs: VerdictCounts;
  /** The first packs after a change of recipe. */
  readonly changeover: VerdictCounts;
  readonly notRead: Readonly<Partial<Record<NotReadReason, number>>>;
  readonly fields: readonly FieldCheckState[];
  /** Oldest first, at most 24. */
  readonly hours: readonly HourOfPacks[];
  /** Time of the reader per pack, of the newest packs. */
  readonly packMs?: { readonly mean: number; readonly max: number };
  /** Newest last. */
  readonly latest: readonly PackCheck[];
  /** Why fields cannot be checked now, whatever the packs show. */
  readonly problems: readonly string[];
}
