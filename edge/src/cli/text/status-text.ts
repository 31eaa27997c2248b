import type {
  CameraView,
  CleaningView,
  FeedView,
  ModelView,
  PlantServerView,
  ProductionView,
  ServiceView,
  UpdateView,
} from '../../status/index.ts';
import type { ServiceStatus } from '../ask-service.ts';
import { durationText } from './time-text.ts';
import { uplinkText } from './uplink-text.ts';

/** The first screen of the status page in lines: the word, what is wrong, open events, then everything else. */
export function statusText(status: ServiceStatus): string {
  const { health } = status;
  const findings = [...health.reasons, ...health.warnings].flatMap((finding) => {
    const where = finding.camera === undefined ? '' : `${finding.camera}: `;
    return [`  ! ${where}${finding.message}`, `    Try: ${finding.advice}`];
  });
  const queued = status.journal.streams.map((stream) => `${stream.stream} ${stream.queued}`).join(', ');
  return [
    `${health.word.replaceAll('_', ' ')}: ${status.line} (${status.device}), version ${status.version}, up ${durationText(status.uptimeMs)}`,
    ...findings,
    ...openEventLines(status),
    ...status.cameras.map(cameraLine),
    ...status.models.map(modelLine),
    ...(status.production === undefined ? [] : productionLines(status.production, status.atMs)),
    ...(status.services ?? []).map(serviceLine),
    ...(status.cleanings ?? []).map(cleaningLine),
    ...(status.update === undefined ? [] : [updateLine(status.update)]),
    ...(status.feeds ?? []).map(feedLine),
    ...leftOutLines(status.feedsLeftOut),
    ...(status.plantServers ?? []).map(plantServerLine),
    `queue    ${queued || 'empty'}`,
    `uplink   ${uplinkText(status.link, status.atMs)}`,
    `clock    ${status.clock}`,
    `disk     ${(status.disk.freeBytes / 1e9).toFixed(1)} GB free`,
  ].join('\n');
}

const MOST_EVENTS = 10;

function openEventLines({ openEvents = [], atMs }: ServiceStatus): readonly string[] {
  const lines = openEvents.slice(0, MOST_EVENTS).map(({ severity, kind, label, camera, zone, openedAtMs }) => {
    const place = zone === undefined ? camera : `${camera}/${zone}`;
    const lasts = durationText(Math.max(0, atMs - openedAtMs));
    return `event    ${severity} ${kind.replaceAll('_', ' ')}: ${label} at ${place}, open for ${lasts}`;
  });
  const more = openEvents.length - lines.length;
  return more > 0 ? [...lines, `event    and ${more} more: lineside events list --state open`] : lines;
}

/** Of several limits the one that is used up most. */
function serviceLine({ rule, overdue, limits, servicedBy }: ServiceView): string {
  const [next] = limits.toSorted((a, b) => b.used - a.used);
  const amount = (value: number): string =>
    next?.by === 'count' ? `${value}${next.unit === undefined ? '' : ` ${next.unit}`}` : durationText(value);
  const used = next === undefined ? '' : `, ${amount(next.value)} of ${amount(next.limit)}`;
  const how = overdue ? 'service overdue' : 'service not due';
  return `service  ${rule}: ${how}${used}, ${servicedBy === undefined ? 'nobody has confirmed one' : `last by ${servicedBy}`}`;
}

function cleaningLine({ rule, overdue, sinceMs, limitMs, seenBy, cleanedBy }: CleaningView): string {
  const limit = limitMs === undefined ? '' : ` of ${durationText(limitMs)}`;
  const how = overdue ? 'cleaning overdue' : 'cleaning not due';
  const seen = { camera: 'seen by the camera', person: `confirmed by ${cleanedBy ?? 'a person'}` };
  const last = seenBy === undefined ? 'none is known' : `last ${seen[seenBy]}`;
  return `cleaning ${rule}: ${how}, ${durationText(sinceMs)}${limit}, ${last}`;
}

function updateLine({ target, state, progress, compared, reason }: UpdateView): string {
  const how = progress === undefined ? '' : ` ${Math.floor(progress * 100)} %`;
  const frames = compared === undefined ? '' : `, ${compared} frames compared`;
  return `update   ${target}: ${state.replaceAll('_', ' ')}${how}${frames}${reason === undefined ? '' : ` (${reason})`}`;
}

function feedLine({ id, url, connected, problem, clients, sent, dropped }: FeedView): string {
  const sum = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((total, count) => total + count, 0);
  const readers = clients === undefined ? '' : `, ${clients} connected`;
  const how = connected ? `up${readers}` : `down${problem === undefined ? '' : `: ${problem}`}`;
  return `feed     ${id} (${url}): ${how}, ${sum(sent)} messages sent, ${sum(dropped)} left out`;
}

/** What no feed got; nothing where there is none of it. */
function leftOutLines(leftOut: Readonly<Record<string, number>> = {}): readonly string[] {
  const counted = Object.entries(leftOut).map(([topic, count]) => `${topic} ${count}`);
  return counted.length === 0
    ? []
    : [`feeds    left out, because their process does not keep up: ${counted.join(', ')}`];
}

function plantServerLine({ url, up, problem, sessions }: PlantServerView): string {
  if (up) return `server   ${url}: up, ${sessions} connected`;
  return `server   ${url}: ${problem === undefined ? 'starting' : `down: ${problem}`}`;
}

/** Below this it is the ordinary jitter of a network. */
const BEHIND_SHOWN_MS = 500;

function cameraLine(camera: CameraView): string {
  const source = camera.source === undefined ? '' : ` ${camera.source.width}x${camera.source.height}`;
  const age = camera.lastFrameAgeMs === undefined ? '' : `, newest frame ${durationText(camera.lastFrameAgeMs)} old`;
  const behind = (camera.behindMs ?? 0) > BEHIND_SHOWN_MS ? `, ${durationText(camera.behindMs ?? 0)} behind` : '';
  const counts = camera.models.map(({ model, counters }) => {
    return `${model} ${counters.inspected} of ${counters.offered} inspected`;
  });
  return `camera   ${camera.id}: ${camera.inspecting}, ${camera.state}${source}${age}${behind}${counts.length > 0 ? `; ${counts.join(', ')}` : ''}`;
}

/** What the line makes, and where it stands now. */
function productionLines(production: ProductionView, nowMs: number): readonly string[] {
  const { shift, counted, planned, plannedByNow, perMinute, utilisation, staffUtilisation, stops } = production;
  const { product, batch, recipe, targetWeight, weighedBy = [] } = production;
  const percent = (fraction: number): string => `${(fraction * 100).toFixed(0)} %`;
  const facts = [
    planned === undefined ? `${counted} counted` : `${counted} of ${planned} planned, ${plannedByNow} by now`,
    ...(perMinute === undefined ? [] : [`${perMinute} a minute`]),
    ...(utilisation === undefined ? [] : [`utilisation ${percent(utilisation)}`]),
    ...(staffUtilisation === undefined ? [] : [`staff ${percent(staffUtilisation)}`]),
    ...(product === undefined ? [] : [`product ${product}`]),
    ...(targetWeight === undefined ? [] : [`weight ${weightText(targetWeight)}`]),
    ...(batch === undefined ? [] : [`batch ${batch}`]),
    ...(recipe === undefined ? [] : [`recipe ${recipe}`]),
  ];
  return [
    `making   ${shift}: ${facts.join(', ')}`,
    ...weighedBy.map(
      ({ rule, nominal, tolerance, maxOver }) =>
        `weight   ${rule} judges by ${weightText({ weight: nominal, under: tolerance, over: maxOver })}, not by the plan`,
    ),
    ...stops.map(({ camera, rule, sinceMs, reason, state }) => {
      const why = reason ?? state;
      const after = `for ${durationText(Math.max(0, nowMs - sinceMs))}`;
      return `stopped  ${camera} (${rule}) ${after}${why === undefined ? '' : `: ${why}`}`;
    }),
  ];
}

/** `500 (-15, +20)` */
function weightText({ weight, under, over }: NonNullable<ProductionView['targetWeight']>): string {
  const allowed = [...(under === undefined ? [] : [`-${under}`]), ...(over === undefined ? [] : [`+${over}`])];
  return allowed.length === 0 ? `${weight}` : `${weight} (${allowed.join(', ')})`;
}

function modelLine(model: ModelView): string {
  const provider = model.provider === undefined ? '' : ` on ${model.provider}`;
  const reason = model.reason === undefined ? '' : ` (${model.reason})`;
  const demonstration = model.demonstration === undefined ? '' : `, demonstration: ${model.demonstration}`;
  return `model    ${model.id}: ${model.state}${provider}${reason}, ${model.results} results${demonstration}`;
}
