/**
 * Text that batches often contain, for the compressor: a short batch has no earlier records to refer to, so it refers to
 * this. Both ends must have the same bytes: a dictionary that has shipped is never edited, not even where a name in it is
 * no longer in use; a better one gets another name (see codec.ts). The likeliest text is at the end, where references are
 * cheapest.
 */
const AUDIT = [
  '{"b":{"action":"inspection_stopped","details":{"reason":"unknown","times":1},"who":"lineside"},',
  '{"b":{"action":"inspection_started","who":"lineside"},"boot":"',
  '{"b":{"action":"stopped","details":{},"who":"lineside"},{"b":{"action":"started","details":{"config":"',
  '{"b":{"action":"heads_signed","details":{"alg":"ed25519","audit":"1:","events":"1:","key":"","media":"1:",',
  '"signature":"","telemetry":"1:"},"who":"lineside"},"q":"suspect","q":"synced",',
];
const TOMBSTONE = ['{"b":{"count":32,"from":1,"head":"","reason":"stream_quota","to":32},"k":"tombstone",'];
const TELEMETRY = [
  '{"b":{"camera":"camera","counters":{"failed":{"crashed":0,"timeout":0},"inspected":0,"offered":0,',
  '"skipped":{"busy":0,"stale":0}},"latencyMs":{"p50":1.5,"p95":2.5,"p99":3.5},"model":"ppe","state":"live"},',
  '"k":"counters","m":',
];
const MEDIA = [
  '{"b":{"bytes":100000,"event":"01900000-0000-7000-8000-000000000000","height":1080,"mime":"image/jpeg",',
  '"sha256":"0000000000000000000000000000000000000000000000000000000000000000","width":1920},"k":"snapshot",',
];
const event = (words: string, rest: string): string =>
  `{"b":{"box":[100.1,200.2,300.3,400.4],${words},"frame":{"height":1080,"index":100,"width":1920},${rest}`;
const closing =
  '"boot":"00000000-0000-4000-8000-000000000000","id":"01900000-0000-7000-8000-000000000000","k":"event","m":100000,"q":"unsynced","s":1,"t":1790000000000},';
const model = (id: string): string =>
  `"model":{"degraded":false,"id":"${id}","sha256":"0000000000000000000000000000000000000000000000000000000000000000"},`;
const EVENTS = [
  event(
    '"camera":"product","details":{"n":1},"event":"01900000-0000-7000-8000-000000000000"',
    `"kind":"quality_issue","label":"defect","lastedMs":0,${model('defect')}"phase":"updated","rule":"defect","score":0.9,"severity":"critical","zone":"belt"},${closing}`,
  ),
  event(
    '"camera":"floor","event":"01900000-0000-7000-8000-000000000000"',
    `"kind":"sanitation","label":"spill","label":"litter","lastedMs":10000,${model('sanitation')}"phase":"closed","reason":"object_lost","reason":"camera_lost","reason":"cleared","rule":"dirt","score":0.8,"severity":"info","zone":"floor"},${closing}`,
  ),
  event(
    '"camera":"people","event":"01900000-0000-7000-8000-000000000000"',
    `"kind":"personnel_violation","label":"bare_head","lastedMs":5000,${model('ppe')}"phase":"opened","rule":"headwear","score":0.75,"severity":"warning","snapshot":"0000000000000000000000000000000000000000000000000000000000000000","zone":"packing"},${closing}`,
  ),
];
const ENVELOPE = [
  '{"v":1,"dev":"line-1","epoch":"0000000000000000","stream":"audit","stream":"media","stream":"telemetry",',
  '"stream":"events","from":1,"to":1,"prev":"","head":"","ev":[{"b":{"box":[',
];

/** Of `zstd1`: records as they were before `durationMs` and `ruleType`. */
export const DICTIONARY_1 = [...AUDIT, ...TOMBSTONE, ...TELEMETRY, ...MEDIA, ...EVENTS, ...ENVELOPE].join('');

const eventNow = (camera: string, rest: string): string =>
  `{"b":{"box":[100.1,200.2,300.3,400.4],"camera":"${camera}","details":{"n":1},"durationMs":10000,"event":"01900000-0000-7000-8000-000000000000","frame":{"height":1080,"index":100,"width":1920},${rest}`;
const EVENTS_NOW = [
  eventNow(
    'product',
    `"kind":"quality_issue","label":"defect",${model('defect')}"phase":"updated","rule":"defect","ruleType":"product_defect","score":0.9,"severity":"critical","zone":"belt"},${closing}`,
  ),
  eventNow(
    'floor',
    `"kind":"sanitation","label":"spill","label":"litter",${model('sanitation')}"phase":"closed","reason":"object_lost","reason":"camera_lost","reason":"cleared","rule":"spill","ruleType":"spill","score":0.8,"severity":"info","zone":"floor"},${closing}`,
  ),
  eventNow(
    'people',
    `"kind":"personnel_violation","label":"bare_head",${model('ppe')}"phase":"opened","rule":"headwear","ruleType":"missing_headwear","score":0.75,"severity":"warning","snapshot":"0000000000000000000000000000000000000000000000000000000000000000","zone":"packing"},${closing}`,
  ),
];

/** Of `zstd2`. */
export const DICTIONARY_2 = [...AUDIT, ...TOMBSTONE, ...TELEMETRY, ...MEDIA, ...EVENTS_NOW, ...ENVELOPE].join('');
