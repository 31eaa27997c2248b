import type { AuditBody } from '@lineside/protocol';
import type { Clock } from '@lineside/kit';
import type { Config } from '../config/index.ts';
import type { Journal } from '../journal/index.ts';
import { withConfirmation } from '../rules/index.ts';
import { type CleaningConfirmation, type ConfirmedCleaning, StatusError } from '../status/index.ts';
import type { RuleMemories } from './rule-memory.ts';

export interface LineCleaningParts {
  readonly rules: () => Config['rules'];
  readonly memories: Pick<RuleMemories, 'of' | 'settled'>;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Pick<Clock, 'wallMs'>;
}

/** Cleanings that people confirm. */
export class LineCleaning {
  readonly #parts: LineCleaningParts;

  constructor(parts: LineCleaningParts) {
    this.#parts = parts;
  }

  /**
   * Records that a zone was cleaned, for the rule of this id or for all cleaning rules of this zone; they take it in at
   * their next step. Resolves when it is on the disk. Rejects with `bad_request` where there is no such rule or zone.
   */
  async confirm({ target, by }: CleaningConfirmation): Promise<readonly ConfirmedCleaning[]> {
    const { memories, journal, clock } = this.#parts;
    const all = this.#parts.rules().flatMap((rule) => (rule.type === 'cleaning' ? [rule] : []));
    const named = all.filter(({ id }) => id === target);
    const rules = named.length > 0 ? named : all.filter(({ zone }) => zone === target);
    if (rules.length === 0) {
      const known = all.map(({ id, zone }) => (zone === undefined ? id : `${id} (zone ${zone})`));
      throw new StatusError({
        code: 'bad_request',
        message: `no cleaning rule has the id or the zone ${target}`,
        advice: `known: ${known.join(', ') || 'none'}; add a rule of type cleaning under rules:`,
      });
    }
    const confirmed = rules.map(({ id, camera, zone }) => ({
      rule: id,
      camera,
      ...(zone === undefined ? {} : { zone }),
    }));
    journal.append(
      confirmed.map((details) => {
        const body: AuditBody = { action: 'cleaning_confirmed', who: by, details };
        return { stream: 'audit', kind: 'audit', body };
      }),
    );
    const atMs = clock.wallMs();
    for (const { id } of rules) {
      const memory = memories.of(id);
      memory.set(withConfirmation(memory.get(), by, atMs));
    }
    await memories.settled();
    return confirmed;
  }
}
