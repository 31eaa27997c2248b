/* global FormData, performance */
import { html, render, useEffect, useErrorBoundary, useState } from '/vendor/preact.js';
import { useCollector } from './connection.js';
import { Events } from './events.js';
import { Lines } from './lines.js';
import { Records } from './records.js';
import { Rollouts } from './rollouts.js';
import { count, number, span } from '/common/format.js';
import { postJson } from '/common/http.js';
import { Guarded } from '/common/parts.js';
import { findingsOf, verdict } from './verdict.js';

function App() {
  const [broken] = useErrorBoundary();
  if (broken) return html`<p class="hello" role="alert">This page has failed: ${String(broken)}. Reload it.</p>`;
  return html`<${Page} />`;
}

function Page() {
  const { seen, connected, locked, answeredMs, again } = useCollector();
  const silentMs = useTicking(connected) - answeredMs;
  const answer = seen && verdict(seen);
  useEffect(() => {
    document.title = connected
      ? `${answer?.word ?? 'Connecting'} · Lineside collector`
      : 'Disconnected · Lineside collector';
  }, [connected, answer?.word]);
  if (locked) return html`<${SignIn} done=${again} />`;
  if (seen === undefined) {
    return html`<p class="hello" role="status">${connected ? 'Connecting to the collector …' : 'The collector does not answer. Trying again …'}</p>`;
  }
  return html`
    ${!connected && html`<p class="lost" role="alert"><b>Disconnected.</b> No answer from the collector for ${span(silentMs)}. The page shows old data.</p>`}
    <div class=${connected ? 'page' : 'page stale'}>
      <header class="top">
        <p class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /> Lineside <span>collector</span></p>
        <p class="live ${connected ? 'good' : 'idle'}"><i aria-hidden="true"></i>${connected ? 'Live' : 'Old'}</p>
      </header>
      <main>
        <${Answer} answer=${answer} connected=${connected} />
        <${Others} findings=${findingsOf(seen).slice(1)} />
        <${Guarded} what="The totals"><${Tiles} seen=${seen} /><//>
        <${Lines} devices=${seen.devices} now=${seen.nowMs} />
        <${Guarded} what="The list of rollouts"><${Rollouts} now=${seen.nowMs} connected=${connected} /><//>
        <div class="below">
          <${Guarded} what="The list of events"><${Events} devices=${seen.devices} now=${seen.nowMs} connected=${connected} /><//>
          <${Guarded} what="The list of record problems"><${Records} gaps=${seen.gaps} store=${seen.store} counted=${seen.counted} now=${seen.nowMs} /><//>
        </div>
      </main>
      <footer>Lineside helps to keep records. It is not a safety function.</footer>
    </div>
  `;
}

/** Monotonic page time; ticks while the page shows how long something has lasted. */
function useTicking(still) {
  const [now, setNow] = useState(performance.now());
  useEffect(() => {
    if (still) return undefined;
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [still]);
  return now;
}

function Answer({ answer, connected }) {
  return html`
    <section class="answer ${connected ? answer.tone : 'idle'}" aria-label="Are the lines inspected?">
      <span class="sign" aria-hidden="true">${connected ? answer.sign : '?'}</span>
      <div>
        <h1 role="status">${connected ? answer.word : 'Unknown'}</h1>
        <p>${connected ? answer.text : `Last known: ${answer.word.toLowerCase()}`}</p>
      </div>
    </section>
  `;
}

/** What is wrong besides the headline. */
function Others({ findings }) {
  if (findings.length === 0) return null;
  return html`<ul class="also" aria-label="Also wrong">
    ${findings.map(({ word, tone, text }) => html`<li key=${word} class=${tone}><b>${word}</b> <span>${text}</span></li>`)}
  </ul>`;
}

function Tiles({ seen: { store } }) {
  const records = Object.values(store.records).reduce((sum, n) => sum + n, 0);
  const events = Object.values(store.events).reduce((sum, n) => sum + n, 0);
  const tiles = [
    { name: 'Records stored', value: records, note: 'each acknowledged after it was on disk' },
    {
      name: 'Missing',
      value: store.missing,
      note: 'neither stored nor declared lost',
      tone: store.missing > 0 ? 'bad' : '',
    },
    {
      name: 'Declared lost',
      value: store.declaredLost,
      note: 'by the device, with a reason',
      tone: store.declaredLost > 0 ? 'warn' : '',
    },
    { name: 'Events', value: events, note: `${count(store.media, 'picture')} stored` },
  ];
  return html`<ul class="tiles">
    ${tiles.map(({ name, value, note, tone }) => html`<li key=${name}><span>${name}</span><b class=${tone ?? ''}>${number(value)}</b><small>${note}</small></li>`)}
  </ul>`;
}

function SignIn({ done }) {
  const [wrong, setWrong] = useState(false);
  const submit = async (event) => {
    event.preventDefault();
    const token = String(new FormData(event.currentTarget).get('token') ?? '');
    if (await postJson('/api/v1/session', { token }).catch(() => false)) done();
    else setWrong(true);
  };
  return html`<form class="signin" onSubmit=${submit}>
    <img src="/favicon.svg" alt="" width="40" height="40" />
    <h1>Lineside collector</h1>
    <label for="token">Token</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
    ${wrong && html`<p class="small bad" role="alert">This is not the token of this collector (http.token).</p>`}
    <button>Sign in</button>
  </form>`;
}

render(html`<${App} />`, document.getElementById('app'));
