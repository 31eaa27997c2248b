import { html, useEffect, useState } from '/vendor/preact.js';
import { Facts } from '/common/parts.js';
import { bytes, decimal, number, span, time } from '/common/format.js';
import { getJson } from '/common/http.js';
import { Charts } from './charts.js';
import { t } from './language.js';
import { CLOCK } from './words.js';

const LOG_EVERY_MS = 5_000;

/** The computer itself: its heat, memory, disk and clock, how it was during the last day, and what it has logged. */
export function Device({ status, connected }) {
  return html`
    <div class="below">
      <section class="card panel" aria-labelledby="history-title">
        <h2 id="history-title">${t('lastDay')}</h2>
        <${Charts} connected=${connected} />
      </section>
      <section class="card panel" aria-labelledby="device-title" data-device>
        <h2 id="device-title">${t('thisDevice')}</h2>
        <${Facts} rows=${factsOf(status)} />
      </section>
    </div>
    <${Log} connected=${connected} />
  `;
}

function factsOf(status) {
  const { config, vision, disk, machine = {}, load } = status;
  const { memory, temperatures = [] } = machine;
  const process = ({ cpu, rssBytes }) => t('coresAndMemory', { cores: decimal(cpu, 2), memory: bytes(rssBytes) });
  return [
    [t('device'), status.device],
    [t('version'), status.version],
    [t('runningFor'), span(status.uptimeMs)],
    [t('clock'), t(CLOCK[status.clock])],
    [t('temperature'), temperatures.length > 0 && temperaturesText(temperatures)],
    [t('throttling'), machine.throttled && html`<b class="bad">${t('throttled')}</b>`],
    [t('powerMode'), machine.powerMode],
    [
      t('memory'),
      memory &&
        t('usedOf', { used: bytes(memory.totalBytes - memory.availableBytes), total: bytes(memory.totalBytes) }),
    ],
    [
      t('freeDisk'),
      disk.totalBytes === undefined
        ? bytes(disk.freeBytes)
        : t('freeOf', { free: bytes(disk.freeBytes), total: bytes(disk.totalBytes) }),
    ],
    [t('cpus'), load && t('coresUsed', { used: decimal(load.ownCores + load.otherCores), cores: load.cores })],
    [t('configuration'), config.state === 'good' ? config.path : t('lastGood', { path: config.path })],
    [t('visionProcess'), t(vision.state === 'up' ? 'visionUp' : 'visionDown', { n: vision.restarts })],
    [t('mainProcess'), process(status.process)],
    [t('vision'), status.visionProcess && process(status.visionProcess)],
  ];
}

const temperaturesText = (temperatures) =>
  temperatures.map(({ name, celsius }) => `${name} ${number(Math.round(celsius))} ${t('celsius')}`).join(', ');

function Log({ connected }) {
  const [lines, setLines] = useState([]);
  const [worst, setWorst] = useState(false);
  useEffect(() => {
    if (!connected) return undefined;
    const load = () =>
      getJson(`/api/v1/log?level=${worst ? 'warn' : 'info'}`).then(
        (log) => setLines(log.lines),
        () => setLines([]),
      );
    load();
    const again = setInterval(load, LOG_EVERY_MS);
    return () => clearInterval(again);
  }, [connected, worst]);
  return html`<section class="card panel" aria-labelledby="log-title">
    <div class="section-head">
      <h2 id="log-title">${t('log')}</h2>
      <button type="button" class="switch" aria-pressed=${String(worst)} onClick=${() => setWorst(!worst)}>${t('warningsOnly')}</button>
    </div>
    ${lines.length === 0 && html`<p class="empty">${t('noLog')}</p>`}
    <ol class="log" lang="en" tabindex="0" aria-labelledby="log-title">
      ${lines.toReversed().map(
        (line, k) => html`<li key=${`${line.atMs} ${k}`} class=${line.level}>
          <span class="small">${time(line.atMs)}</span> <b>${line.level}</b> ${line.module ? `${line.module}: ` : ''}${line.message}
          ${line.facts && html` <code>${line.facts}</code>`}
        </li>`,
      )}
    </ol>
  </section>`;
}
