import { UsageError } from '../errors/index.ts';

/** Where a page of events ended. */
export interface EventCursor {
  readonly openedAtMs: number;
  readonly id: number;
}

export function encodeCursor({ openedAtMs, id }: EventCursor): string {
  return Buffer.from(`${openedAtMs}:${id}`).toString('base64url');
}

/** Throws UsageError for anything that `encodeCursor` did not make. */
export function decodeCursor(cursor: string): EventCursor {
  const [, openedAtMs, id] =
    /^(-?\d{1,16}):(\d{1,16})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (openedAtMs === undefined || id === undefined) {
    throw new UsageError({
      code: 'cursor_invalid',
      message: 'the cursor was not made by this collector',
      advice: 'start again without a cursor',
    });
  }
  return { openedAtMs: Number(openedAtMs), id: Number(id) };
}
