import { LinesideError, printable } from '@lineside/kit';
import { ConfigError, type ConfigSources } from '../config/index.ts';
import { CameraDraft, type RuleDifference } from '../setup/index.ts';
import type { LinePreview } from './line-preview.ts';
import type { ShapesChange } from '../status/index.ts';

export interface LineShapesParts {
  readonly configPath: string;
  readonly sources: ConfigSources;
  readonly preview: Pick<LinePreview, 'of'>;
  readonly audit: (action: string, details: Readonly<Record<string, string>>, who: string) => void;
}

/**
 * Zones, masks and lines that people draw on the status page. They are written into the configuration file, which the line
 * follows as it runs. The last saves of the camera that was changed last can be undone.
 */
export class LineShapes {
  readonly #parts: LineShapesParts;
  #open: { readonly camera: string; readonly draft: CameraDraft } | undefined;
  /** One after the other: both read and write one file. */
  #turn: Promise<unknown> = Promise.resolve();

  constructor(parts: LineShapesParts) {
    this.#parts = parts;
  }

  /** Rejects with `config_invalid` where the file is no good configuration. */
  view(camera: string): Promise<object> {
    return this.#inTurn(async () => viewOf(await this.#draft(camera)));
  }

  /** Rejects with `config_invalid`, and with `config_changed` where somebody else has changed the file meanwhile. */
  save(camera: string, { revision, ...change }: ShapesChange, by: string): Promise<object> {
    return this.#inTurn(async () => {
      const draft = await this.#draft(camera);
      if (revision !== undefined && revision !== draft.revision) throw changed();
      const rules = draft.differences(change).map(differenceText).join('; ');
      const written = await draft.save(change);
      const named = (kind: string): string =>
        change.shapes.flatMap((shape) => (shape.kind === kind ? [shape.id] : [])).join(' ');
      const details = {
        camera,
        zones: named('zone'),
        masks: named('mask'),
        lines: named('line'),
        rules: printable(rules),
      };
      if (written) this.#parts.audit('zones_changed', details, by);
      return { ...viewOf(draft), written };
    });
  }

  /** What the change would have made of the last hour. Rejects as `save`, and as LinePreview does. */
  async preview(camera: string, { revision, ...change }: ShapesChange): Promise<object> {
    const { before, after } = await this.#inTurn(async () => {
      const draft = await this.#draft(camera);
      if (revision !== undefined && revision !== draft.revision) throw changed();
      return draft.texts(change);
    });
    return this.#parts.preview.of(camera, before, after);
  }

  undo(camera: string, by: string): Promise<object> {
    return this.#inTurn(async () => {
      const draft = await this.#draft(camera);
      const written = await draft.undo();
      if (written) this.#parts.audit('zones_change_undone', { camera }, by);
      return { ...viewOf(draft), written };
    });
  }

  async #draft(camera: string): Promise<CameraDraft> {
    const open = this.#open;
    if (open?.camera === camera && (await open.draft.isCurrent())) return open.draft;
    const { configPath: path, sources } = this.#parts;
    const draft = await CameraDraft.open({ path, sources, camera });
    this.#open = { camera, draft };
    return draft;
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work).catch((error: unknown) => {
      if (!(error instanceof ConfigError)) throw error;
      const { message, advice } = error;
      throw new LinesideError({ code: 'config_invalid', message, advice, cause: error });
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }
}

function viewOf(draft: CameraDraft): object {
  return { ...draft.view(), revision: draft.revision };
}

function differenceText({ rule, option, from, to }: RuleDifference): string {
  const none = option === 'zone' ? 'entire picture' : 'default';
  return `${rule} ${option}: ${from ?? none} -> ${to ?? none}`;
}

function changed(): LinesideError {
  const message = 'somebody else has changed the configuration since this page read it';
  return new LinesideError({ code: 'config_changed', message, advice: 'Look at it again, then draw once more' });
}
