/**
 * Child of the kill test: appends events and telemetry for ever and prints `stream seq` for each number it was given.
 * Arguments: data folder.
 */
import { writeSync } from 'node:fs';
import { systemClock } from '@lineside/kit';
import { openTestJournal, sampleBody } from './test-journal.ts';

const journal = openTestJournal(process.argv[2] ?? '', { clock: systemClock });
for (let n = 1; ; n += 1) {
  const both = [
    { stream: 'events', kind: 'event', body: sampleBody(n) },
    { stream: 'telemetry', kind: 'telemetry', body: { n } },
  ] as const;
  const positions = journal.append(n % 3 === 0 ? both : both.slice(0, 1));
  // Straight to the pipe: what is printed was promised.
  writeSync(1, positions.map(({ stream, seq }) => `${stream} ${seq}\n`).join(''));
}
