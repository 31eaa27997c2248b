/**
 * The line as other programs see it: one description, which each way out (ZeroMQ, Sparkplug B, MQTT, OPC UA) puts into its
 * own form.
 */
export type * from './line-report.ts';
