/** A line of the log, without secrets. */
export interface LogLine {
  /** Wall ms. */
  readonly atMs: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly module?: string;
  readonly message: string;
  /** Everything else that the line says, as JSON. */
  readonly facts?: string;
}

/** That a person has seen an event. */
export interface AcknowledgementView {
  readonly by: string;
  /** Wall ms. */
  readonly atMs: number;
  readonly note?: string;
}

/** Zones, masks and lines on the picture of a camera, as a person has drawn them; points are fractions of it. */
export interface ShapesChange {
  /** Of the view that was changed; another one now means that somebody else has changed it. */
  readonly revision?: string;
  readonly shapes: readonly {
    readonly kind: 'zone' | 'mask' | 'line';
    readonly id: string;
    readonly points: readonly (readonly [x: number, y: number])[];
    readonly fixed?: boolean;
  }[];
  readonly rules: readonly {
    readonly id: string;
    readonly zone: string | null;
    /** Other options of the rule by name, as typed. */
    readonly options?: Readonly<Record<string, string>>;
  }[];
}
