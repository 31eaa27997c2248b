/** What a finding of one code means, and what to do about it, whatever the case. */
export interface FindingText {
  readonly verdict: 'warning' | 'failure';
  /** The consequence for the line. */
  readonly meaning: string;
  readonly advice: string;
  /** What `lineside doctor --fix` does about it. */
  readonly fix?: string;
}

/** Codes that a check makes of those of another module: `camera_` and the code of a stream error. */
export interface FindingFamily {
  readonly prefix: string;
  /** Where the codes and their advice come from, for people. */
  readonly of: string;
  readonly meaning: string;
}

/** One check, as documents and reports describe it. */
export interface CheckText {
  /** What it examines, for people. */
  readonly examines: string;
  /** Names of the checks whose failure makes this one pointless: it is skipped then, with that reason. */
  readonly needs: readonly string[];
  readonly findings: Readonly<Record<string, FindingText>>;
  readonly families?: readonly FindingFamily[];
}
