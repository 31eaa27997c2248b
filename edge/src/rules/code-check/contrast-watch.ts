import { printGrade } from '../../codes/index.ts';
import type { CodeRead, FieldCheckState } from '../../domain/index.ts';
import type { Details, IncidentState, Subject } from '../incidents/index.ts';

/** The contrast must come back by this part of a limit before its event closes. */
const BACK = 1.05;

export interface ContrastLimits {
  /** Packs over which the mean is taken. */
  readonly packs: number;
  /** Least mean, 0 to 1, and the same as a fraction of that of the first packs. */
  readonly least: number;
  readonly fadedTo: number;
}

/** The contrast of the codes of one field over time: a printer that fades is noticed before it fails. */
export class ContrastWatch implements Subject {
  readonly incident: IncidentState;
  readonly field: string;
  readonly #limits: ContrastLimits;
  readonly #newest: number[] = [];
  readonly #quiet: number[] = [];
  readonly #unused: number[] = [];
  #before: number | undefined;

  /** `before`: the mean of the first packs of the recipe, where an earlier run has measured it. */
  constructor(incident: IncidentState, field: string, limits: ContrastLimits, before?: number) {
    this.incident = incident;
    this.field = field;
    this.#limits = limits;
    this.#before = before;
  }

  /** Mean of the newest packs. */
  get contrast(): number | undefined {
    return meanOf(this.#newest);
  }

  get quietZone(): number | undefined {
    return meanOf(this.#quiet);
  }

  /** Mean of the first packs of the recipe. */
  get before(): number | undefined {
    return this.#before;
  }

  /** The code of one pack. */
  add({ contrast, quietZone, unusedCorrection }: Pick<CodeRead, 'contrast' | 'quietZone' | 'unusedCorrection'>): void {
    const { packs } = this.#limits;
    push(this.#newest, contrast, packs);
    if (quietZone !== undefined) push(this.#quiet, quietZone, packs);
    if (unusedCorrection !== undefined) push(this.#unused, unusedCorrection, packs);
    if (this.#before === undefined && this.#newest.length >= packs) this.#before = this.contrast;
  }

  /** For the state of the field. */
  state(): Pick<FieldCheckState, 'contrast' | 'contrastBefore' | 'quietZone' | 'unusedCorrection' | 'grade'> {
    const { contrast, quietZone } = this;
    const unusedCorrection = meanOf(this.#unused);
    const grade = printGrade({ contrast, quietZone, unusedCorrection });
    return {
      ...(contrast === undefined ? {} : { contrast: hundredth(contrast) }),
      ...(this.#before === undefined ? {} : { contrastBefore: hundredth(this.#before) }),
      ...(quietZone === undefined ? {} : { quietZone: hundredth(quietZone) }),
      ...(unusedCorrection === undefined ? {} : { unusedCorrection: hundredth(unusedCorrection) }),
      ...(grade === undefined ? {} : { grade }),
    };
  }

  /** Undefined while there are too few packs to tell. */
  get isFaded(): boolean | undefined {
    const { packs, least, fadedTo } = this.#limits;
    const { contrast } = this;
    if (contrast === undefined || this.#newest.length < packs) return undefined;
    const limit = Math.max(least, fadedTo * (this.#before ?? contrast));
    return contrast < (this.incident.isOpen ? limit * BACK : limit);
  }

  details(): Details {
    return {
      ...{ verdict: 'fading', field: this.field, packs: this.#newest.length, contrast: hundredth(this.contrast ?? 0) },
      ...(this.#before === undefined ? {} : { contrastBefore: hundredth(this.#before) }),
    };
  }
}

function hundredth(value: number): number {
  return Math.round(value * 100) / 100;
}

function push(values: number[], value: number, most: number): void {
  values.push(value);
  if (values.length > most) values.shift();
}

function meanOf(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.reduce((total, value) => total + value, 0) / values.length;
}
