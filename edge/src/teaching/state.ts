import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { z } from 'zod';
import { gridOf, type CellGrid } from '@lineside/models';
import { systemCode } from '@lineside/kit';
import { TeachingError } from './errors.ts';
import type { Pieces } from './learn.ts';

/** One piece: `file` in the folder of the teaching, `from` where it was taken. */
const Piece = z.object({ file: z.string(), from: z.string(), struck: z.boolean().optional() });

const Document = z.object({
  schema: z.literal(1),
  /** What the pieces are of, so that those of another source are not mixed with them. */
  source: z.string(),
  division: z.enum(['mixed', 'blocks']),
  width: z.int().min(16),
  height: z.int().min(16),
  good: z.array(Piece),
  bad: z.array(Piece),
});
export type TeachingState = z.infer<typeof Document>;
export type Piece = z.infer<typeof Piece>;
export type PieceKind = 'good' | 'bad';

const STATE_FILE = 'state.json';
/** For a person who looks at pieces on a phone. */
const THUMB = 220;

/** The folder of one teaching: the pieces as the model takes them, and a list of them. It can be continued at any time. */
export class TeachingFolder {
  readonly dir: string;
  #state: TeachingState;

  private constructor(dir: string, state: TeachingState) {
    this.dir = dir;
    this.#state = state;
  }

  /** Opens what is there, or begins with `state`. Throws TeachingError where it holds pieces of another source. */
  static async open(
    dir: string,
    begin: Pick<TeachingState, 'source' | 'division' | 'width' | 'height'>,
  ): Promise<TeachingFolder> {
    const known = await readState(dir);
    if (known === undefined) {
      await mkdir(dir, { recursive: true });
      const folder = new TeachingFolder(dir, { schema: 1, ...begin, good: [], bad: [] });
      await folder.save();
      return folder;
    }
    if (known.source !== begin.source) {
      const message = `${dir} holds pieces of ${known.source}, not of ${begin.source}`;
      throw new TeachingError('teaching_other', message, 'choose another --id, or begin again with --fresh');
    }
    return new TeachingFolder(dir, known);
  }

  /** Opens a folder that is there. Throws TeachingError. */
  static async existing(dir: string): Promise<TeachingFolder> {
    const known = await readState(dir);
    if (known !== undefined) return new TeachingFolder(dir, known);
    const advice = 'name the pieces: --images DIR or --camera ID';
    throw new TeachingError('teaching_unknown', `${dir} holds no pieces`, advice);
  }

  static async remove(dir: string): Promise<void> {
    await rm(dir, { recursive: true, force: true });
  }

  get state(): TeachingState {
    return this.#state;
  }

  get grid(): CellGrid {
    return gridOf(this.#state.width, this.#state.height);
  }

  /** Whether a piece from this place is kept already. */
  has(kind: PieceKind, from: string): boolean {
    return this.#state[kind].some((piece) => piece.from === from);
  }

  /** Keeps a piece; `pixels` in the size of the grid. `save` makes it permanent. */
  async add(kind: PieceKind, from: string, pixels: Uint8Array): Promise<void> {
    const file = `${kind}/${String(this.#state[kind].length + 1).padStart(4, '0')}.png`;
    await mkdir(join(this.dir, kind), { recursive: true });
    const { width, height } = this.#state;
    await sharp(pixels, { raw: { width, height, channels: 3 } })
      .png({ compressionLevel: 1 })
      .toFile(join(this.dir, file));
    this.#state = { ...this.#state, [kind]: [...this.#state[kind], { file, from }] };
  }

  /** Marks exactly these good pieces (numbers from 1) as struck. Throws TeachingError for a number that no piece has. */
  strike(numbers: readonly number[]): void {
    const unknown = numbers.filter((n) => this.#state.good[n - 1] === undefined);
    if (unknown.length > 0) {
      const message = `there is no piece ${unknown.join(', ')}`;
      throw new TeachingError('piece_unknown', message, `the pieces are 1 to ${this.#state.good.length}`);
    }
    const good = this.#state.good.map(({ file, from }, n) => ({
      ...{ file, from },
      ...(numbers.includes(n + 1) ? { struck: true } : {}),
    }));
    this.#state = { ...this.#state, good };
  }

  async save(): Promise<void> {
    const path = join(this.dir, STATE_FILE);
    await writeFile(path, `${JSON.stringify(this.#state, undefined, 1)}\n`);
  }

  /** Reads pieces when they are asked for. */
  pieces(list: readonly Piece[]): Pieces {
    return { count: list.length, read: (index) => this.pixels(list[index]) };
  }

  /** Small JPEG of a good piece, by its number from 1; undefined where there is none. */
  async thumbnail(number: number): Promise<Buffer | undefined> {
    const piece = this.#state.good[number - 1];
    if (piece === undefined) return undefined;
    const image = sharp(join(this.dir, piece.file)).removeAlpha();
    return image.resize({ width: THUMB, height: THUMB, fit: 'inside' }).jpeg({ quality: 80 }).toBuffer();
  }

  async pixels(piece: Piece | undefined): Promise<Uint8Array> {
    if (piece === undefined) throw new RangeError('there is no such piece');
    return sharp(join(this.dir, piece.file)).removeAlpha().raw().toBuffer();
  }
}

/** Names of the teachings below a folder. */
export async function teachings(root: string): Promise<readonly string[]> {
  return (await readdir(root).catch(() => [])).toSorted();
}

async function readState(dir: string): Promise<TeachingState | undefined> {
  try {
    return Document.parse(JSON.parse(await readFile(join(dir, STATE_FILE), 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}
