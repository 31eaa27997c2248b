import { parseArgs } from 'node:util';
import { join, resolve } from 'node:path';

export interface DemoOptions {
  readonly seconds: number | undefined;
  readonly dataDir: string;
  readonly json: string | undefined;
  /** Show a model update and a configuration change arriving from the collector. */
  readonly update: boolean;
}

/** Parses the demo's own flags; throws an Error whose message names the fault. */
export function parseDemoOptions(args: readonly string[], root: string): DemoOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      yes: { type: 'boolean' },
      update: { type: 'boolean' },
      seconds: { type: 'string' },
      data: { type: 'string' },
      json: { type: 'string' },
    },
  });
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds);
  if (seconds !== undefined && !(Number.isFinite(seconds) && seconds > 0)) {
    throw new Error(`--seconds must be a number above 0, not ${values.seconds ?? ''}`);
  }
  return {
    seconds,
    dataDir: values.data === undefined ? join(root, 'demo-data') : resolve(values.data),
    json: values.json === undefined ? undefined : resolve(values.json),
    update: values.update === true,
  };
}
