import type { Manifest } from '@lineside/models';
import { effectOf } from './limit.ts';
import type { TaughtRecord } from './record.ts';

/** The card of a taught model: what it is, from what it was taught, what was measured. */
export function cardOf({ id, sha256, input, taught }: Manifest, record: TaughtRecord): string {
  const mads = taught?.mads ?? 0;
  const effect = effectOf(mads, record.good, record.bad);
  const found = effect.found === undefined ? '' : `\n- bad pieces above it: ${effect.found} of ${record.bad.length}`;
  return `# ${id}

Taught by \`lineside model teach\` from ${taught?.pieces ?? 0} good pieces (${record.source}), ${taught?.taughtAt ?? ''}.

| | |
|---|---|
| input | uint8 NHWC RGB ${input.width}x${input.height}, stretched |
| outputs | score (median of the good pieces = 0, unit 1 MAD) and map of the same unit |
| SHA-256 | \`${sha256}\` |
| extractor | \`${record.extractorSha256}\`, Apache-2.0, distilled from NanoDet-m (Apache-2.0); see NOTICE of Lineside |

At the limit of ${mads} MADs when it was taught:

- good pieces above it, judged by a memory that had not seen them: ${effect.false} of ${record.good.length}${found}

It knows one product under one light, seen by one camera. Change one of them, and teach again. Not a safety function.
`;
}
