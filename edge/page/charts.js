import { html, useEffect, useState } from '/vendor/preact.js';
import { bytes, decimal, number, time } from '/common/format.js';
import { getJson } from '/common/http.js';
import { t } from './language.js';

const SIZE = { width: 300, height: 60 };
const EVERY_MS = 60_000;

const whole = (value) => number(Math.round(value));
const CHARTS = [
  { title: 'chartInspected', series: ['inspectedPerS', 'wantedPerS'], text: decimal },
  { title: 'chartLatency', series: ['latencyMs'], text: whole, unit: 'msUnit' },
  { title: 'chartCores', series: ['ownCores', 'otherCores'], text: decimal },
  { title: 'chartMemory', series: ['memoryUsedBytes'], text: bytes },
  { title: 'chartTemperature', series: ['temperatureC'], text: whole, unit: 'celsius' },
  { title: 'chartDisk', series: ['diskFreeBytes'], text: bytes },
  { title: 'chartQueue', series: ['queuedRecords'], text: whole },
];

/** The last 24 hours as the device has kept them. */
export function Charts({ connected }) {
  const [history, setHistory] = useState(undefined);
  useEffect(() => {
    if (!connected) return undefined;
    const load = () => getJson('/api/v1/history').then(setHistory, () => setHistory(undefined));
    load();
    const again = setInterval(load, EVERY_MS);
    return () => clearInterval(again);
  }, [connected]);
  if (history === undefined) return html`<p class="empty">${t('noHistory')}</p>`;
  return html`<div class="charts">
    ${CHARTS.map((chart) => html`<${Chart} key=${chart.title} chart=${chart} history=${history} />`)}
  </div>`;
}

function Chart({ chart: { title, series, text, unit }, history }) {
  const lines = series.map((name) => history.series[name] ?? []);
  const known = lines.flat().filter((value) => value !== null);
  if (known.length === 0) return null;
  const [least, most] = [Math.min(...known), Math.max(...known)];
  const shown = (value) => `${text(value)}${unit ? ` ${t(unit)}` : ''}`;
  const latest = lines[0].findLast((value) => value !== null);
  const summary = t('chartSummary', { title: t(title), least: shown(least), most: shown(most), latest: shown(latest) });
  return html`<figure class="chart" data-chart=${title}>
    <figcaption>${t(title)} <b>${shown(latest)}</b></figcaption>
    <svg viewBox=${`0 0 ${SIZE.width} ${SIZE.height}`} preserveAspectRatio="none" role="img" aria-label=${summary}>
      ${lines.map((values, k) => html`<path key=${k} class=${`line-${k}`} d=${pathOf(values, Math.min(0, least), most)} />`)}
    </svg>
    <p class="small hour-ends"><span>${time(history.fromAtMs)}</span><span>${t('leastToMost', { least: shown(least), most: shown(most) })}</span></p>
  </figure>`;
}

/** A line with a gap where nothing is known. */
function pathOf(values, least, most) {
  const height = most - least || 1;
  let pen = 'M';
  return values
    .map((value, k) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const x = (k / Math.max(1, values.length - 1)) * SIZE.width;
      const y = SIZE.height - 2 - ((value - least) / height) * (SIZE.height - 4);
      const step = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
      pen = 'L';
      return step;
    })
    .join('');
}
