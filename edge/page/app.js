import { html, render, useEffect, useErrorBoundary, useState } from '/vendor/preact.js';
import { Cameras } from './cameras.js';
import { useStatus } from './connection.js';
import { Events, OpenEvents } from './events.js';
import { Device, Journal, Models } from './panels.js';
import { Production } from './production.js';
import { useCoverage } from '/common/coverage.js';
import { span } from '/common/format.js';
import { answerOf } from './answer.js';

/** Most live events kept beside what is fetched. */
const KEEP = 100;

function App() {
  const [broken] = useErrorBoundary();
  if (broken) return html`<p class="hello" role="alert">This page has failed: ${String(broken)}. Reload it.</p>`;
  return html`<${Page} />`;
}

function Page() {
  const [announced, setAnnounced] = useState([]);
  const {
    document: status,
    connected,
    silentMs,
    epoch,
  } = useStatus((event) =>
    setAnnounced((old) => [event, ...old.filter((other) => other.event !== event.event)].slice(0, KEEP)),
  );
  const word = status && answerOf(status).word;
  const coverage = useCoverage({}, status?.atMs ?? 0, connected && status !== undefined);
  useEffect(() => {
    if (status !== undefined) document.title = `${connected ? word : 'Disconnected'} · ${status.line} · Lineside`;
  }, [connected, word, status?.line]);
  if (status === undefined)
    return html`<p class="hello" role="status">${silentMs > 0 ? 'The device does not answer. Trying again …' : 'Connecting to the device …'}</p>`;
  return html`
    ${!connected && html`<p class="lost" role="alert"><b>Disconnected.</b> No answer from the device for ${span(silentMs)}. The page shows old data.</p>`}
    <div class=${connected ? 'page' : 'page stale'}>
      <header class="top">
        <p class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /> Lineside</p>
        <p class="where"><b>${status.line}</b> <span>${status.device}</span></p>
      </header>
      <main>
        <${Answer} status=${status} connected=${connected} />
        <${Findings} health=${status.health} />
        <${OpenEvents} events=${openOf(status, announced)} />
        <${Cameras} cameras=${status.cameras} connected=${connected} silentMs=${silentMs} epoch=${epoch} coverage=${coverage} />
        <div class="below">
          <${Events} cameras=${status.cameras} recent=${[...announced, ...status.events]} epoch=${epoch} connected=${connected} />
          <div class="side">
            ${status.production && html`<${Production} production=${status.production} nowMs=${status.atMs} />`}
            <${Journal} journal=${status.journal} link=${status.link} evidence=${status.evidence} nowMs=${status.atMs} />
            <${Models} models=${status.models} />
            <${Device} status=${status} />
          </div>
        </div>
      </main>
      <footer>Lineside helps to keep records. It is not a safety function.</footer>
    </div>
  `;
}

/** Open events: those of the snapshot, and what was announced since. */
function openOf(status, announced) {
  const known = new Map((status.openEvents ?? status.events).map((event) => [event.event, event]));
  for (const event of announced) {
    const old = known.get(event.event);
    if (event.updatedAtMs > status.atMs || (old !== undefined && old.updatedAtMs < event.updatedAtMs)) {
      known.set(event.event, event);
    }
  }
  return [...known.values()].filter(({ state }) => state === 'open').sort((a, b) => b.openedAtMs - a.openedAtMs);
}

/** The one thing to see from three metres away. */
function Answer({ status, connected }) {
  const { word, tone, sign, text } = answerOf(status);
  return html`
    <section class="answer ${connected ? tone : 'idle'}" aria-label="Is the line being inspected?">
      <span class="sign" aria-hidden="true">${connected ? sign : '?'}</span>
      <div>
        <h1 id="answer" role="status">${connected ? word : 'Unknown'}</h1>
        <p>${connected ? text : `Last known: ${word.toLowerCase()}`}</p>
      </div>
    </section>
  `;
}

function Findings({ health }) {
  const all = [
    ...health.reasons
      .filter((finding) => finding.code !== 'starting')
      .map((finding) => ({ ...finding, tone: finding.code === 'engine_building' ? 'warn' : 'bad' })),
    ...health.warnings.map((finding) => ({ ...finding, tone: 'warn' })),
  ];
  if (all.length === 0) return null;
  return html`
    <section aria-labelledby="findings-title">
      <h2 id="findings-title" class="unseen">What is wrong</h2>
      <ul class="findings">
        ${all.map(
          (finding) => html`
            <li key=${`${finding.code} ${finding.camera ?? ''}`} class=${finding.tone} data-code=${finding.code}>
              <b>${finding.camera ? `${finding.camera}: ` : ''}${finding.message}</b>
              <span>Try: ${finding.advice}</span>
            </li>
          `,
        )}
      </ul>
    </section>
  `;
}

const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
