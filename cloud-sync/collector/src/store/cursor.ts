import { UsageError } from '../errors.ts';

/** Where a page of events ended. */
export interface EventCursor {
  readonly openedMs: number;
  readonly id: number;
}

export function encodeCursor({ openedMs, id }: EventCursor): string {
  return Buffer.from(`${openedMs}:${id}`).toString('base64url');
}

/** Throws UsageError for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): EventCursor {
  const [, openedMs, id] = /^(-?\d{1,16}):(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (openedMs === undefined || id === undefined) {
    throw new UsageError({
      code: 'cursor_invalid',
      message: 'the cursor is not one that this collector gave out',
      advice: 'start again without a cursor',
    });
  }
  return { openedMs: Number(openedMs), id: Number(id) };
}
