import { messageOf } from '@lineside/kit';
import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';

const NEEDED_NODE = [24, 15] as const;

/** The version of Node. The start-up guard refuses older ones, so this mostly reports the version. */
export function nodeCheck(version: string): Check {
  return {
    name: 'node',
    deadlineMs: 1_000,
    run: async () => {
      const [major = 0, minor = 0] = version.split('.').map(Number);
      const isEnough = major > NEEDED_NODE[0] || (major === NEEDED_NODE[0] && minor >= NEEDED_NODE[1]);
      const args = { version };
      if (isEnough) return [ok('node', `Node ${version}`, undefined, args)];
      return [found('node_too_old', `Node ${version} is too old`, { args })];
    },
  };
}

export interface SoftwareFacts {
  /** Of Lineside. */
  readonly version: string;
  /** Loads each native library that the service needs, by name. */
  readonly libraries: Readonly<Record<string, () => Promise<unknown>>>;
}

/** The version of Lineside, and its libraries for this architecture. */
export function softwareCheck({ version, libraries }: SoftwareFacts): Check {
  return {
    name: 'software',
    deadlineMs: 30_000,
    run: async () => {
      const broken = await Promise.all(
        Object.entries(libraries).map(([name, load]) =>
          load().then(
            () => [],
            (error: unknown) => [
              found('software_library', `${name} cannot be loaded: ${messageOf(error).split('\n')[0]}`, {
                subject: name,
              }),
            ],
          ),
        ),
      );
      const findings = broken.flat();
      return findings.length > 0
        ? findings
        : [ok('software', `Lineside ${version} on ${process.platform}-${process.arch}`)];
    },
  };
}
