import { join } from 'node:path';
import { LinesideError, systemCode } from '@lineside/kit';
import { countQuarantined } from '../../journal/index.ts';
import { journalPath, openJournalReader } from '../../journal/reading.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok } from '../finding.ts';
import type { QueueFacts } from './queue-check.ts';

/** The journal's files. Passes what is in them to `learned`; a line that never ran has none, which is in order. */
export function journalCheck(dataDir: string, learned: (facts: QueueFacts) => void): Check {
  return {
    name: 'journal',
    deadlineMs: 20_000,
    run: async () => [await readable(dataDir, learned), ...asideFindings(dataDir)],
  };
}

async function readable(dataDir: string, learned: (facts: QueueFacts) => void): Promise<CheckFinding> {
  try {
    const reader = openJournalReader(journalPath(dataDir));
    try {
      const stats = reader.stats();
      learned(stats);
      const records = Object.values(stats).reduce((sum, { next }) => sum + next - 1, 0);
      return ok('journal', `${records} records of ${reader.device}`);
    } finally {
      reader.close();
    }
  } catch (error) {
    if (systemCode(error) === 'EACCES') return found('journal_hidden', 'this user may not read the journal');
    if (!(error instanceof LinesideError)) throw error;
    const { code, message, advice } = error;
    if (code === 'journal_absent') return ok('journal', 'there is none yet');
    if (/EACCES|permission|CANTOPEN/i.test(message)) return found('journal_hidden', message);
    return derived('journal', { code: code.startsWith('journal_') ? code : `journal_${code}`, message, advice });
  }
}

/** Journals in quarantine are kept for ever: somebody should examine them and move them elsewhere. */
function asideFindings(dataDir: string): readonly CheckFinding[] {
  const count = countQuarantined(journalPath(dataDir));
  if (count === 0) return [];
  const what = count === 1 ? 'one journal lies' : `${count} journals lie`;
  const where = join(dataDir, 'quarantine');
  const why = 'damaged, restored from a copy, or behind the collector';
  return [found('journal_quarantined', `${what} in ${where}: ${why}`)];
}
