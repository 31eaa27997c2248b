/**
 * npm run bench -- NAME [--quick] [--json FILE]: prints one table and writes its JSON twin.
 */
import { parseArgs } from 'node:util';
import { printReport, writeReport, type Bench } from './report.ts';
import { slice } from './slice.ts';

const BENCHES: readonly Bench[] = [slice];

const USAGE = `Usage: npm run bench -- NAME [--quick] [--json FILE]

${BENCHES.map((bench) => `  ${bench.name.padEnd(12)}${bench.what}`).join('\n')}

  --quick       a tenth of the work, for a look
  --json FILE   the same table as JSON, names in lowerCamelCase

Example: npm run bench -- slice --quick --json slice.json`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});
const bench = BENCHES.find((candidate) => candidate.name === positionals[0]);
if (values.help || positionals.length === 0) {
  console.log(USAGE);
} else if (bench === undefined) {
  console.error(
    `Error: no bench is called ${positionals[0] ?? ''}\nTry: one of ${BENCHES.map((candidate) => candidate.name).join(', ')}`,
  );
  process.exitCode = 2;
} else {
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const report = await bench.run({ quick: values.quick, signal: stop.signal, log: (line) => console.error(line) });
  printReport(report);
  if (values.json !== undefined) writeReport(report, values.json);
}
