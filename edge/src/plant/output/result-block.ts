import { PIECE_RESULTS, VERDICT_REASONS } from '../../domain/index.ts';
import { NOT_READY, type OutputStation } from './station.ts';

/** Registers of a result block. */
export const BLOCK_SIZE = 20;

/** Served holding register at which the controller acknowledges results of the first output; one for each. */
export const ACKNOWLEDGE_AT = 1000;

const WORD = 0x1_0000;

/**
 * What a controller reads of one output, as consecutive 16-bit registers; numbers of 32 bits have their high word first:
 * heartbeat, ready, readiness (place in NOT_READY), number of the result (1 to 65535), result (1 ok, 2 nok, 3 none; 0:
 * nothing yet), valid, reason (place in VERDICT_REASONS), age of the result in ms, piece (2), pieces ok (2), pieces nok
 * (2), pieces without result (2), rejects done (2), rejects late, missed or cancelled (2). While the output is not ready
 * no result is valid, and the result is 3. One that the controller has acknowledged is not valid any more.
 */
export function resultBlock(station: OutputStation, heartbeat: number, nowMs: number): readonly number[] {
  const readiness = station.readiness(nowMs);
  const isReady = readiness === 'ready';
  const { shown: newest, counts } = station;
  const result = newest === undefined ? 0 : PIECE_RESULTS.indexOf(newest.result) + 1;
  const isValid = isReady && newest !== undefined && newest.result !== 'no_result' && station.isOffered;
  return [
    heartbeat % WORD,
    isReady ? 1 : 0,
    NOT_READY.indexOf(readiness),
    newest?.seq ?? 0,
    isReady ? result : NO_RESULT,
    isValid ? 1 : 0,
    newest === undefined ? 0 : VERDICT_REASONS.indexOf(newest.reason),
    newest === undefined ? WORD - 1 : Math.min(WORD - 1, Math.max(0, Math.round(nowMs - newest.atMs))),
    ...words(newest?.piece ?? 0),
    ...words(counts.ok),
    ...words(counts.nok),
    ...words(counts.noResult),
    ...words(counts.done),
    ...words(counts.late + counts.missed + counts.cancelled),
  ];
}

const NO_RESULT = PIECE_RESULTS.indexOf('no_result') + 1;

function words(value: number): readonly [high: number, low: number] {
  return [Math.floor(value / WORD) % WORD, value % WORD];
}
