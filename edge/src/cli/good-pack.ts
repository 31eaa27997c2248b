import type { ProposedFields } from '../rules/index.ts';
import type { Context } from './context.ts';

/** Left, top, right and bottom in fractions of the picture. */
export type PackBox = readonly [left: number, top: number, right: number, bottom: number];

export interface GoodPackRead {
  readonly proposal: ProposedFields;
  /** Missing: only codes were looked for. */
  readonly textReader: 'ready' | 'missing';
}

/**
 * Reads codes and, where the text reader is installed, print on one good pack; `image` is the path of a picture, or its
 * bytes. Throws ReadingError.
 */
export async function readGoodPack({ io }: Context, image: string | Uint8Array, box: PackBox): Promise<GoodPackRead> {
  const [{ CodeReader, cropPicture, greyImage, OcrReader, textReaderState }, { proposeFields }] = await Promise.all([
    import('../reading/index.ts'),
    import('../rules/index.ts'),
  ]);
  const picture = cropPicture(await greyImage(image), box);
  const { state } = await textReaderState();
  const codes = new CodeReader({ clock: io.clock });
  const text = state === 'ready' ? new OcrReader({ clock: io.clock }) : undefined;
  try {
    const read = await codes.read(picture, {}, io.signal);
    const printed = await text?.readText({ ...picture, pixels: read.pixels }, io.signal);
    const lines = (printed?.lines ?? []).filter((line) => line.text.trim() !== '');
    const now = new Date(io.clock.wallMs());
    const today = { year: now.getFullYear(), month: now.getMonth() + 1, day: now.getDate() };
    const { width, height } = picture;
    return { proposal: proposeFields({ width, height, codes: read.codes, lines }, today), textReader: state };
  } finally {
    await Promise.all([codes.close(), text?.close()]);
  }
}
