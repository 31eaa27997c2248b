import type { FieldVerdict, PackVerdict } from '../../codes/index.ts';
import type { CodeRead, RuleOutput } from '../../domain/index.ts';
import { IncidentTracker, type IncidentFacts, type Subject } from '../incidents/index.ts';
import { ContrastWatch } from './contrast-watch.ts';
import { FieldFault } from './field-fault.ts';
import type { CodeCheckOptions } from './options.ts';
import type { PackCase } from './pack-case.ts';

/** The incidents of the rule: one per field whose packs are bad one after the other, and one per printer that fades. */
export class Faults {
  readonly incidents: IncidentTracker<Subject>;
  readonly #options: CodeCheckOptions;
  readonly #faults = new Map<string, FieldFault>();
  readonly #watches = new Map<string, ContrastWatch>();

  /** `contrasts`: of the first packs of the recipe, by field, as an earlier run measured them. */
  constructor(options: CodeCheckOptions, facts: IncidentFacts, contrasts: Readonly<Record<string, number>>) {
    this.#options = options;
    this.incidents = new IncidentTracker<Subject>(facts);
    const limits = { packs: options.contrastPacks, least: options.minContrast, fadedTo: options.fadedTo };
    for (const { id, kind, selectsRecipe } of options.fields) {
      if (selectsRecipe) continue;
      this.#begin(id);
      if (kind !== 'code') continue;
      const incident = this.incidents.newIncident({ severity: 'warning' });
      this.#watches.set(id, new ContrastWatch(incident, id, limits, contrasts[id]));
    }
  }

  /** The contrast of a field's codes, where they are watched. */
  watch(field: string): ContrastWatch | undefined {
    return this.#watches.get(field);
  }

  /** Contrast of the first packs, by field. */
  get contrasts(): Readonly<Record<string, number>> {
    const known = [...this.#watches].flatMap(([id, { before }]) =>
      before === undefined ? [] : [[id, before] as const],
    );
    return Object.fromEntries(known);
  }

  measured(field: string, code: CodeRead): void {
    this.#watches.get(field)?.add(code);
  }

  /** One pack that was judged. Of several fields that are bad, the first of the worst has the event. */
  judged(pack: PackCase, { verdict, fields }: PackVerdict, atMs: number): RuleOutput[] {
    const worst = fields.find((field) => field.verdict === verdict && verdict !== 'good');
    return fields.flatMap((field) => (field === worst ? this.#bad(pack, field, atMs) : this.#otherwise(field, atMs)));
  }

  /** Printers whose contrast has become too low, or is right again. */
  fading(atMs: number): RuleOutput[] {
    return [...this.#watches.values()].flatMap((watch) => {
      const { isFaded } = watch;
      if (isFaded === undefined) return [];
      if (isFaded) {
        this.#know(watch, atMs);
        return this.incidents.observe(watch, atMs, { condition: true, sighting: { label: 'fading' } });
      }
      return watch.incident.isOpen ? this.#close(watch, atMs) : [];
    });
  }

  #bad(pack: PackCase, vote: FieldVerdict, atMs: number): RuleOutput[] {
    const fault = this.#current(vote.name);
    fault.bad(vote, pack.track, pack.reasons);
    if (!fault.incident.isOpen && fault.inARow < this.#options.openAfter) return [];
    const best = pack.bestOf(vote);
    this.#know(fault, atMs);
    const sighting = {
      ...{ label: pack.label, score: vote.score, box: best?.box ?? pack.box, id: pack.track },
      ...(best === undefined ? {} : { shownIn: best.frame }),
    };
    const outputs = this.incidents.observe(fault, atMs, { condition: true, sighting });
    fault.wasOpen ||= fault.incident.isOpen;
    return outputs;
  }

  /** A field that is good, or bad on a pack whose event is that of another field. */
  #otherwise(vote: FieldVerdict, atMs: number): RuleOutput[] {
    const fault = this.#current(vote.name);
    if (fault.incident.isOpen) fault.incident.stay(atMs);
    if (vote.verdict !== 'good') return [];
    fault.good();
    if (!fault.incident.isOpen) {
      this.#begin(vote.name);
      return [];
    }
    if (fault.clear < this.#options.clearPacks) return [];
    const outputs = this.#close(fault, atMs);
    this.#begin(vote.name);
    return outputs;
  }

  /** The fault of a field; a new one where the tracker has closed the one before, as after the loss of the camera. */
  #current(field: string): FieldFault {
    const known = this.#faults.get(field);
    return known === undefined || (known.wasOpen && !known.incident.isOpen) ? this.#begin(field) : known;
  }

  #begin(field: string): FieldFault {
    const fault = new FieldFault(this.incidents.newIncident(), field);
    this.#faults.set(field, fault);
    return fault;
  }

  /** Puts it among the subjects of the tracker, which forgets all of them where the camera was lost. */
  #know(subject: Subject, atMs: number): void {
    if (![...this.incidents.subjects].includes(subject)) this.incidents.add(subject);
    subject.incident.stay(atMs);
  }

  #close(subject: Subject, atMs: number): RuleOutput[] {
    this.incidents.forget(subject);
    return subject.incident.forceClose(atMs, 'cleared', () => subject.details());
  }
}
