/** One line of the report. */
export interface Evidence {
  readonly what: string;
  /** `missing`: not there, or not as it should be on a Jetson. */
  readonly verdict: 'ok' | 'missing';
  /** What was seen. */
  readonly seen: string;
  /** What to do where it is missing. */
  readonly advice?: string;
  /** For the JSON. */
  readonly facts?: Readonly<Record<string, unknown>>;
}

export function seen(what: string, text: string, facts?: Evidence['facts']): Evidence {
  return { what, verdict: 'ok', seen: text, ...(facts === undefined ? {} : { facts }) };
}

export function missing(what: string, text: string, advice: string, facts?: Evidence['facts']): Evidence {
  return { what, verdict: 'missing', seen: text, advice, ...(facts === undefined ? {} : { facts }) };
}

export function lineOf({ what, verdict, seen: text, advice }: Evidence): string {
  const head = `${verdict === 'ok' ? 'ok     ' : 'MISSING'}  ${what.padEnd(18)} ${text}`;
  return advice === undefined ? head : `${head}\n         ${''.padEnd(18)} Try: ${advice}`;
}
