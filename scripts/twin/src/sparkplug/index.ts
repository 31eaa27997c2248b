/** The simulated plant as an edge node of Sparkplug B, and what can be wrong with one. */
export { type WrittenMetric, writePayload } from './payload-writer.ts';
export { DEVICE, type SparkplugFault, SparkplugLine } from './sparkplug-line.ts';
