import type { LoadedConfig } from '../config/index.ts';
import { hostText } from './host-text.ts';
import { journalEntries } from './journal-entries.ts';
import { logEntry } from './log-entry.ts';
import type { Scrubber } from './scrubber.ts';
import { serviceEntries } from './service-entries.ts';

/** One file of a bundle. */
export interface BundleEntry {
  /** Path in the archive. */
  readonly name: string;
  /** What it is, for whoever decides whether to send it. */
  readonly about: string;
  readonly content: string | Uint8Array;
}

export interface CollectOptions {
  readonly dataDir: string;
  readonly configPath: string;
  readonly version: string;
  readonly loaded: LoadedConfig | undefined;
  /** The configuration with defaults and without secrets; where it is broken, what is wrong with it. */
  readonly configText: string;
  readonly doctor: { readonly json: string; readonly text: string };
  /** Whether pictures are wanted: they show people, as far as privacy does not cover them. */
  readonly stills: boolean;
  /** A log file instead of the journal of systemd. */
  readonly logFile: string | undefined;
  readonly path: string | undefined;
  /** Wall ms. */
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Everything that goes into a bundle, without secrets. What cannot be had is an entry that says so. */
export async function collectEntries(options: CollectOptions, scrubber: Scrubber): Promise<readonly BundleEntry[]> {
  const { dataDir, configText, doctor } = options;
  const entries: readonly BundleEntry[] = [
    { name: 'host.txt', about: 'machine, system, versions', content: await hostText(options) },
    { name: 'configuration.yaml', about: 'configuration without secrets', content: configText },
    { name: 'doctor.txt', about: 'report of the doctor', content: doctor.text },
    { name: 'doctor.json', about: 'the same for programs', content: doctor.json },
    ...journalEntries(dataDir, options.nowMs),
    await logEntry(options),
    ...(await serviceEntries(dataDir, options.stills, options.signal)),
  ];
  return entries.map((entry) =>
    typeof entry.content === 'string' ? { ...entry, content: scrubber.scrub(entry.content) } : entry,
  );
}

/** The list of a bundle for people: name, size, what it is. */
export function bundleText(entries: readonly BundleEntry[]): string {
  const width = Math.max(...entries.map(({ name }) => name.length));
  return entries
    .map(({ name, about, content }) => {
      const bytes = typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength;
      return `  ${name.padEnd(width)} ${String(bytes).padStart(9)} bytes  ${about}`;
    })
    .join('\n');
}
