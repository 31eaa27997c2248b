import { LinesideError } from '@lineside/kit';
import type { CameraDraft } from './camera-draft.ts';

/** Left, top, right and bottom as fractions: of the picture for a pack, of the pack for a field. */
export type Rectangle = readonly [left: number, top: number, right: number, bottom: number];

/** What one good pack shows: fields of a rule `code_check` as they are written, and facts for a recipe. */
export interface GoodPack {
  readonly fields: readonly Readonly<Record<string, unknown>>[];
  readonly product?: string;
  readonly facts: Readonly<Record<string, string>>;
  /** Missing: only codes were looked for. */
  readonly textReader: 'ready' | 'missing';
}

/** Reads the pack in a part of a picture. */
export type PackReader = (jpeg: Uint8Array, box: Rectangle) => Promise<GoodPack>;

/** What a person says of the pack that was read: which fields are right, where they are, and of which recipe. */
export interface RightPack {
  readonly fields: readonly { readonly id: string; readonly region?: Rectangle }[];
  readonly recipe: string;
  readonly labels: readonly string[];
}

/** One good pack is read, looked at by a person, and becomes the fields of the camera's rule and a recipe. */
export class PackSetup {
  readonly #draft: CameraDraft;
  readonly #reader: PackReader;
  #read: GoodPack | undefined;

  constructor(draft: CameraDraft, reader: PackReader) {
    this.#draft = draft;
    this.#reader = reader;
  }

  /** Throws LinesideError where the picture cannot be read at all; without fields nothing was found. */
  async read(jpeg: Uint8Array, box: Rectangle): Promise<GoodPack> {
    this.#read = await this.#reader(jpeg, box);
    return this.#read;
  }

  /** Writes the fields that are right, as they were read; true where that changes the file. Throws as `CameraDraft.save`. */
  async confirm({ fields, recipe, labels }: RightPack): Promise<boolean> {
    const read = this.#read;
    const right = (read?.fields ?? []).flatMap((field) => {
      const chosen = fields.find(({ id }) => id === field['id']);
      return chosen === undefined ? [] : [{ ...field, ...(chosen.region && { region: chosen.region }) }];
    });
    if (read === undefined || right.length === 0) {
      const advice = 'put a good pack in view, frame it, and read it';
      throw new LinesideError({ code: 'nothing_read', message: 'no field of a pack was read that is right', advice });
    }
    const { product, facts } = read;
    const of = { id: recipe, facts, ...(product === undefined ? {} : { product }) };
    return this.#draft.saveCodes({ fields: right, labels, recipe: of });
  }
}
