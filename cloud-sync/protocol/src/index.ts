/**
 * What travels between device and collector: topic map, schemas, hash chain, codec, and the typed inbox of both ends.
 * No I/O and no clock.
 */
export * from './bodies.ts';
export * from './carried.ts';
export * from './codec.ts';
export * from './desired.ts';
export * from './device-id.ts';
export * from './enrolment.ts';
export * from './envelope.ts';
export * from './exported-heads.ts';
export * from './inbox.ts';
export * from './outgoing.ts';
export {
  canonicalJson,
  chainNext,
  chainOver,
  chainStart,
  countInRanges,
  type EarlierNumber,
  earlierNumbers,
  type EventSummary,
  type EventTimes,
  type EventTransition,
  isLater,
  isStream,
  mergeRanges,
  orderedTimes,
  outsideRanges,
  type RankedSnapshot,
  readEventBody,
  type RecordRank,
  type SeqRange,
  type Stream,
  STREAMS,
  summarise,
} from './records/index.ts';
export * from './rights.ts';
export * from './shift-plan.ts';
export * from './signature.ts';
export * from './transfer.ts';
export * from './update-status.ts';
export * from './topic-names.ts';
export { PREFIX, specOf, TOPIC_KINDS, TOPICS } from './topics.ts';
export type { AddressOf, Encoding, PayloadOf, PublishedBy, ReadBy, Role, TopicKind, TopicSpec } from './topics.ts';
export * from './vocabulary/index.ts';
