import { loadavg } from 'node:os';
import { type Bench, type BenchOptions, loadNote, type Report } from './report.ts';
import { photographs } from './codes/photographs.ts';
import { speed } from './codes/speed.ts';

const NO_DATA =
  'Read rates need photographs: --data DIR with the sets of zxing (core/src/test/resources/blackbox of github.com/zxing/zxing) as they are, and photographs of dates in DIR/dates, or the regions of dates in DIR/dates-region, each with a text file of its name that holds the date as 2027-05-31.';

export const codes: Bench = {
  name: 'codes',
  what: 'reading codes and text of packs: CPU time on one core, and with --data read rates on photographs',
  run,
};

async function run(options: BenchOptions): Promise<Report> {
  const before = loadavg()[0] ?? 0;
  const measured = await speed(options);
  const { data } = options;
  const tables = data === undefined ? [] : await photographs(data, options);
  return {
    bench: 'codes',
    what: 'CPU milliseconds to read what is printed on one pack of the twin, cut out as its box says',
    ...measured,
    notes: [
      'CPU time of the process while one picture after the other is read, so that other programs on the machine do not count.',
      'Text: detection and recognition of all lines in the region; per line, of a region that holds that line alone.',
      ...(data === undefined ? [NO_DATA] : []),
      loadNote(before),
    ],
    tables,
  };
}
