/**
 * Outputs to the plant as pure state: pieces on their way from the picture to the reject, what is found of them, and what
 * an actuator has to do when. No safety function.
 */
export { type Axis, EncoderAxis, type EncoderOptions, TIME_AXIS } from './axis.ts';
export { NO_COUNTS, type OutputCounts } from './output-counts.ts';
export { type PieceOrder, PieceQueue } from './piece-queue.ts';
export { type HandshakeCounts, type HandshakeOptions, ResultHandshake } from './result-handshake.ts';
export { OUTPUT_EVENT, OUTPUT_WORDS } from './words.ts';
export { ACKNOWLEDGE_AT, BLOCK_SIZE, resultBlock } from './result-block.ts';
export {
  type Failure,
  FAILURES,
  type Firing,
  type NewestResult,
  NOT_READY,
  ON_MISSING,
  type OnMissing,
  OutputStation,
  type Readiness,
  type StationOptions,
  type Wanted,
} from './station.ts';
