/** Sparkplug B 3.0 as bytes and topics, for who publishes and who reads. No connection, no state of a session. */
export { type HostState, nextHostState, parseHostState } from './host-state.ts';
export { DATA_TYPES, type DataType, type Metric, type MetricValue, type Payload, type RawValue } from './metric.ts';
export { decodePayload, encodePayload, MAX_METRICS, MAX_PAYLOAD_BYTES, typedValue } from './payload.ts';
export {
  isSparkplugName,
  MESSAGE_TYPES,
  type MessageType,
  parseTopic,
  type SparkplugPlace,
  stateTopicOf,
  topicOf,
} from './topics.ts';
