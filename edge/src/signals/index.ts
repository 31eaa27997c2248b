/**
 * Signals of the plant: the newest reading of each, good, bad or stale, and the sources that they come from. The protocol
 * is chosen by the scheme of the source's URL; its code is loaded when it is used.
 */
export { signalProtocolOf, signalUrlProblem } from './protocols.ts';
export { convert, type SignalSetting } from './signal-setting.ts';
export { type RecordedReading, readRecordedSignals } from './recorded-readings.ts';
export type { RawReading, SignalPoint, SignalProtocol, SignalSink, SourceTools } from './signal-source.ts';
export { SignalSources, type SignalSourcesOptions, type SourceTarget } from './signal-sources.ts';
export { SignalTable } from './signal-table.ts';
