import { type ExportedHeads, signatureHolds, STREAMS } from '@lineside/protocol';
import { streamName, type ChainSource } from '../records/index.ts';
import type { BookFinding } from './derived-source.ts';

/**
 * Compares what is stored with signed heads that a device exported over another path. Reports what no verification here
 * alone can find: a whole device or history that was replaced together with its signatures.
 */
export async function compareWithExport(
  source: ChainSource,
  { device, heads }: ExportedHeads,
): Promise<readonly BookFinding[]> {
  const findings: BookFinding[] = [];
  const ids = new Map((await source.journals()).map((journal) => [streamName(journal), journal]));
  for (const signed of heads) {
    const valid = signatureHolds(device, signed.epoch, signed);
    for (const stream of STREAMS) {
      const { seq, head } = signed.ends[stream];
      const of = { device, epoch: signed.epoch, stream };
      const found = (problem: BookFinding['problem'], first: number, message: string): void => {
        findings.push({ ...of, problem, first, last: seq, message });
      };
      if (seq === 0) continue;
      if (!valid) {
        found('signature', seq, `the file has a signature of ${seq} that is not valid for its key`);
        continue;
      }
      const journal = ids.get(streamName(of));
      const highest = journal === undefined ? 0 : await source.highest(journal.id);
      if (highest < seq) found('truncated', highest + 1, `the device wrote up to ${seq}, up to ${highest} is stored`);
      const [row] = journal === undefined ? [] : await source.rows(journal.id, seq - 1, 1);
      const stored = row?.seq === seq ? row.hash : journal?.retired?.last === seq ? journal.retired.head : undefined;
      if (stored !== undefined && stored !== head) {
        found('unlike_export', seq, `the device has another history up to ${seq} than is stored`);
      }
    }
  }
  return findings;
}
