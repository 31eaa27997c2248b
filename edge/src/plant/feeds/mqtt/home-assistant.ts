import type { LineReport } from '../../line/index.ts';
import { AVAILABILITY } from './state-topics.ts';

/** Longer than documents are repeated after. */
const EXPIRE_S = 120;

interface Component {
  readonly p: 'sensor' | 'binary_sensor';
  readonly name: string;
  readonly state_topic: string;
  readonly value_template: string;
  readonly [more: string]: unknown;
}

/**
 * The document by which Home Assistant shows the device: MQTT device discovery, one retained message with all components
 * (home-assistant.io, MQTT, "Device discovery payload"). `topic` is the feed's.
 */
export function discovery(report: LineReport, topic: string): object {
  const { device, line, version, cameras, outputs } = report;
  const components: readonly (readonly [string, Component])[] = [
    ['problem', binary('Problem', `${topic}/state`, '{{ "OFF" if value_json.healthy else "ON" }}', 'problem')],
    ['open_events', sensor('Open events', `${topic}/state`, 'value_json.events.open', COUNT)],
    ['critical_events', sensor('Critical events', `${topic}/state`, 'value_json.events.critical', COUNT)],
    ['counted', sensor('Counted', `${topic}/state`, 'value_json.production.counted', TOTAL)],
    ['planned', sensor('Planned', `${topic}/state`, 'value_json.production.planned', {})],
    ['per_minute', sensor('Per minute', `${topic}/state`, 'value_json.production.perMinute', COUNT)],
    ['product', sensor('Product', `${topic}/state`, 'value_json.production.product', {})],
    ['batch', sensor('Batch', `${topic}/state`, 'value_json.production.batch', {})],
    ['shift', sensor('Shift', `${topic}/state`, 'value_json.production.shift', {})],
    ...cameras.flatMap(({ id }) => cameraComponents(id, `${topic}/cameras/${id}`)),
    ...outputs.flatMap(({ id }) => outputComponents(id, `${topic}/outputs/${id}`)),
  ];
  const unique = (key: string): object => ({ unique_id: idOf(`${device}_${key}`), expire_after: EXPIRE_S });
  return {
    device: { identifiers: [idOf(`lineside_${device}`)], name: line, manufacturer: 'Lineside', sw_version: version },
    origin: { name: 'Lineside', sw_version: version },
    availability: [{ topic: `${topic}/${AVAILABILITY}` }],
    components: Object.fromEntries(components.map(([key, one]) => [idOf(key), { ...one, ...unique(key) }])),
  };
}

/** Where the discovery of a device is published. */
export function discoveryTopic(prefix: string, device: string): string {
  return `${prefix}/device/${idOf(`lineside_${device}`)}/config`;
}

const COUNT = { state_class: 'measurement' };
const TOTAL = { state_class: 'total_increasing' };

function cameraComponents(id: string, topic: string): readonly (readonly [string, Component])[] {
  return [
    [`camera_${id}`, sensor(`Camera ${id}`, topic, 'value_json.inspecting', {})],
    [`camera_${id}_inspected`, sensor(`Camera ${id} inspected`, topic, 'value_json.inspected', TOTAL)],
  ];
}

function outputComponents(id: string, topic: string): readonly (readonly [string, Component])[] {
  return [
    [
      `output_${id}_ready`,
      binary(`Output ${id} ready`, topic, '{{ "ON" if value_json.readiness == "ready" else "OFF" }}'),
    ],
    [`output_${id}_result`, sensor(`Output ${id} result`, topic, 'value_json.result.result', {})],
    [`output_${id}_good`, sensor(`Output ${id} good`, topic, 'value_json.counts.ok', TOTAL)],
    [`output_${id}_bad`, sensor(`Output ${id} bad`, topic, 'value_json.counts.nok', TOTAL)],
  ];
}

/** What is not in the document is shown as unknown. */
function sensor(name: string, topic: string, path: string, more: object): Component {
  return { p: 'sensor', name, state_topic: topic, value_template: `{{ ${path} | default(none) }}`, ...more };
}

function binary(name: string, topic: string, template: string, deviceClass?: string): Component {
  const kind = deviceClass === undefined ? {} : { device_class: deviceClass };
  return { p: 'binary_sensor', name, state_topic: topic, value_template: template, ...kind };
}

/** Letters, digits, underscores and dashes alone. */
function idOf(text: string): string {
  return text.replaceAll(/[^a-zA-Z0-9_-]/g, '_');
}
