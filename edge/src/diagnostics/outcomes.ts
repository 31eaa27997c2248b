import type { CheckResult } from './check.ts';
import { CHECKS, type CheckName } from './table/index.ts';

/** What became of the checks so far, and which later ones are pointless for it. */
export class Outcomes {
  readonly #failures = new Map<CheckName, string[]>();
  readonly #met: Readonly<Partial<Record<CheckName, () => boolean>>>;

  /** `met`: checks that can fail and yet leave what others need. */
  constructor(met: Readonly<Partial<Record<CheckName, () => boolean>>>) {
    this.#met = met;
  }

  add(results: readonly CheckResult[]): void {
    for (const { check, verdict, code } of results) {
      if (verdict === 'failure' || verdict === 'skipped') {
        this.#failures.set(check, [...(this.#failures.get(check) ?? []), code]);
      }
    }
  }

  hasFailed(check: CheckName): boolean {
    return this.#failures.has(check);
  }

  /** Why a check is pointless now; undefined where it is not. */
  lackingFor(check: CheckName): string | undefined {
    for (const need of CHECKS[check].needs as readonly CheckName[]) {
      const codes = this.#failures.get(need);
      const isMet = this.#met[need]?.() ?? codes === undefined;
      if (!isMet) return `needs ${need}, which is not in order: ${(codes ?? ['not examined']).join(', ')}`;
    }
    return undefined;
  }
}
