import { html, render, useEffect, useErrorBoundary, useState } from '/vendor/preact.js';
import { Cameras } from './cameras.js';
import { useStatus } from './connection.js';
import { Events } from './events.js';
import { Box, Journal, Models } from './panels.js';
import { span } from '/common/format.js';
import { ANSWER, CAMERA } from './words.js';

/** Most live events kept beside what is fetched. */
const KEEP = 100;

function App() {
  const [broken] = useErrorBoundary();
  if (broken) return html`<p class="hello" role="alert">This page has failed: ${String(broken)}. Load it again.</p>`;
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
  useEffect(() => {
    if (status !== undefined)
      document.title = `${connected ? ANSWER[status.health.word].word : 'Disconnected'} · ${status.line} · Lineside`;
  }, [connected, status?.health.word, status?.line]);
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
        <${Cameras} cameras=${status.cameras} connected=${connected} silentMs=${silentMs} epoch=${epoch} />
        <div class="below">
          <${Events} cameras=${status.cameras} recent=${[...announced, ...status.events]} nowMs=${status.atMs} epoch=${epoch} connected=${connected} />
          <div class="side">
            <${Journal} journal=${status.journal} link=${status.link} evidence=${status.evidence} nowMs=${status.atMs} />
            <${Models} models=${status.models} />
            <${Box} status=${status} />
          </div>
        </div>
      </main>
      <footer>Lineside helps to keep records. It is not a safety function.</footer>
    </div>
  `;
}

/** The one thing to see from three metres away. */
function Answer({ status, connected }) {
  const { word, tone, sign } = ANSWER[status.health.word];
  return html`
    <section class="answer ${connected ? tone : 'idle'}" aria-label="Is the line being inspected?">
      <span class="sign" aria-hidden="true">${connected ? sign : '?'}</span>
      <div>
        <h1 id="answer" role="status">${connected ? word : 'Unknown'}</h1>
        <p>${connected ? sentence(status) : `Last known: ${word.toLowerCase()}`}</p>
      </div>
    </section>
  `;
}

/** Why the headline is what it is, then how many events are open. */
function sentence(status) {
  const open = status.events.filter((event) => event.state === 'open').length;
  const events = open === 0 ? 'No open events' : `${open} open ${open === 1 ? 'event' : 'events'}`;
  return `${cause(status).replace(/[.]$/, '')}. ${events}.`;
}

function cause({ cameras, health }) {
  const first = health.reasons[0] ?? (health.word === 'inspecting' ? undefined : health.warnings[0]);
  if (first !== undefined) return `${first.camera ? `${first.camera}: ` : ''}${first.message}`;
  const doubtful = cameras.filter(({ inspecting }) => inspecting !== 'inspecting');
  if (health.word !== 'inspecting' && doubtful.length > 0) {
    return doubtful.map(({ id, inspecting }) => `${id}: ${CAMERA[inspecting].word.toLowerCase()}`).join(', ');
  }
  return allOf(cameras.length);
}

const allOf = (count) => (count === 1 ? 'The camera is being inspected' : `All ${count} cameras are being inspected`);

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
