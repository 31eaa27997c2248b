import type { AuditBody } from '@lineside/protocol';
import type { Clock } from '@lineside/kit';
import type { Config } from '../config/index.ts';
import type { Journal } from '../journal/index.ts';
import { withConfirmation, withService } from '../rules/index.ts';
import {
  type CleaningConfirmation,
  type CleaningView,
  type ConfirmedCleaning,
  type ConfirmedService,
  type ServiceConfirmation,
  type ServiceView,
  StatusError,
} from '../status/index.ts';
import { cleaningViews } from './cleaning-views.ts';
import { serviceViews } from './equipment-services.ts';
import type { RuleMemories } from './rule-memory.ts';

export interface LineConfirmationsParts {
  readonly config: () => Pick<Config, 'rules' | 'signals' | 'shifts'>;
  readonly memories: Pick<RuleMemories, 'of' | 'settled'>;
  readonly journal: Pick<Journal, 'append'>;
  readonly clock: Pick<Clock, 'wallMs'>;
  /** The time now, or undefined while the wall clock is not trusted. */
  readonly wallMs: () => number | undefined;
}

/** A rule that takes a confirmation in, as the audit has it. */
interface Confirmed {
  readonly rule: string;
  readonly camera: string;
  readonly zone?: string;
}

/** What people confirm: that a zone was cleaned, that a machine was serviced. */
export class LineConfirmations {
  readonly #parts: LineConfirmationsParts;

  constructor(parts: LineConfirmationsParts) {
    this.#parts = parts;
  }

  /**
   * Records that a zone was cleaned, for the rule of this id or for all cleaning rules of this zone; they take it in at
   * their next step. Resolves when it is on the disk. Rejects with `bad_request` where there is no such rule or zone.
   */
  async cleaning({ target, by }: CleaningConfirmation): Promise<readonly ConfirmedCleaning[]> {
    const all = this.#parts.config().rules.flatMap((rule) => (rule.type === 'cleaning' ? [rule] : []));
    const named = all.filter(({ id }) => id === target);
    const rules = named.length > 0 ? named : all.filter(({ zone }) => zone === target);
    if (rules.length === 0) {
      const known = all.map(({ id, zone }) => (zone === undefined ? id : `${id} (zone ${zone})`));
      throw unknownRule(`no cleaning rule has the id or the zone ${target}`, 'cleaning', known);
    }
    const confirmed = rules.map(({ id, camera, zone }) => ({
      rule: id,
      camera,
      ...(zone === undefined ? {} : { zone }),
    }));
    return this.#record('cleaning_confirmed', confirmed, by, withConfirmation);
  }

  /** The same for the service of a machine. Rejects with `bad_request` where no maintenance rule has this id. */
  async service({ rule, by }: ServiceConfirmation): Promise<readonly ConfirmedService[]> {
    const all = this.#parts.config().rules.filter(({ type }) => type === 'maintenance');
    const confirmed = all.flatMap(({ id, camera }) => (id === rule ? [{ rule: id, camera }] : []));
    if (confirmed.length === 0) {
      const known = all.map(({ id }) => id);
      throw unknownRule(`no maintenance rule has the id ${rule}`, 'maintenance', known);
    }
    return this.#record('service_confirmed', confirmed, by, withService);
  }

  /** How machines stand that must be serviced. */
  services(): readonly ServiceView[] {
    const { config, memories, wallMs } = this.#parts;
    return serviceViews(config(), memories, wallMs());
  }

  /** How zones stand that must be cleaned. */
  cleanings(): readonly CleaningView[] {
    const { config, memories, wallMs } = this.#parts;
    return cleaningViews(config(), memories, wallMs());
  }

  async #record<One extends Confirmed>(
    action: string,
    confirmed: readonly One[],
    by: string,
    confirm: typeof withService,
  ): Promise<readonly One[]> {
    const { memories, journal, clock } = this.#parts;
    journal.append(
      confirmed.map(({ rule, camera, zone }) => {
        const details = { rule, camera, ...(zone === undefined ? {} : { zone }) };
        const body: AuditBody = { action, who: by, details };
        return { stream: 'audit', kind: 'audit', body };
      }),
    );
    const atMs = clock.wallMs();
    for (const { rule } of confirmed) {
      const memory = memories.of(rule);
      memory.set(confirm(memory.get(), by, atMs));
    }
    await memories.settled();
    return confirmed;
  }
}

function unknownRule(message: string, type: string, known: readonly string[]): StatusError {
  const advice = `known: ${known.join(', ') || 'none'}; add a rule of type ${type} under rules:`;
  return new StatusError({ code: 'bad_request', message, advice });
}
