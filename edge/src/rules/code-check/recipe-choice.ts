import { codeFacts, gtin14 } from '../../codes/index.ts';
import type { CodeRead } from '../../domain/index.ts';

/** Chooses the recipe that the codes of several packs in a row name. */
export class RecipeChoice {
  readonly #packs: number;
  #named: string | undefined;
  #inARow = 0;
  #chosen: readonly string[] | undefined;

  /** `packs`: how many in a row must name the same. */
  constructor(packs: number) {
    this.#packs = packs;
  }

  /** One pack whose code was read. */
  pack(code: CodeRead, currentYear: number): void {
    this.#inARow = code.text === this.#named ? this.#inARow + 1 : 1;
    this.#named = code.text;
    if (this.#inARow === this.#packs) this.#chosen = namesOf(code, currentYear);
  }

  /** What has been chosen since the last call, in each way in which it can be written. */
  take(): readonly string[] | undefined {
    const chosen = this.#chosen;
    this.#chosen = undefined;
    return chosen;
  }
}

/** The content of the code itself, and the GTIN in it with 14, 13, 12 and 8 digits. */
function namesOf({ symbology, text }: CodeRead, currentYear: number): readonly string[] {
  const { facts } = codeFacts({ symbology, text, gs1: true }, currentYear);
  const gtin = gtin14(text) ?? facts.find(({ ai }) => ai === '01')?.value;
  const shorter = gtin === undefined ? [] : [13, 12, 8].filter((length) => /^0*$/.test(gtin.slice(0, 14 - length)));
  const gtins = gtin === undefined ? [] : [gtin, ...shorter.map((length) => gtin.slice(14 - length))];
  return [...new Set([text, ...gtins])];
}
