import type { Batch } from '@lineside/protocol';
import { checkBatch, type CheckedBatch } from '../../cloud-sync/collector/src/ingest/index.ts';

/** A batch as it stands after ingest has checked it. Throws for one that ingest would refuse. */
export function checkedBatch(batch: Batch): CheckedBatch {
  const checked = checkBatch({ device: batch.dev, stream: batch.stream }, batch, JSON.parse(JSON.stringify(batch)));
  if ('refused' in checked) throw new Error(`${checked.refused}: ${checked.detail}`);
  return checked.batch;
}
