/* global FormData, performance */
import { html, render, useEffect, useErrorBoundary, useState } from '/vendor/preact.js';
import { useCollector } from './connection.js';
import { Events } from './events.js';
import { Lines } from './lines.js';
import { Records } from './records.js';
import { count, number, span } from '/common/format.js';
import { postJson } from '/common/http.js';

/** A problem with the records stays in the headline for a day, and in the list for ever. */
const RECENT_MS = 24 * 3_600_000;

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
        <${Tiles} seen=${seen} />
        <${Lines} devices=${seen.devices} now=${seen.nowMs} />
        <div class="below">
          <${Events} devices=${seen.devices} now=${seen.nowMs} connected=${connected} />
          <${Records} gaps=${seen.gaps} store=${seen.store} counted=${seen.counted} now=${seen.nowMs} />
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

/** The headline: are the lines online, and are the records complete? */
function verdict({ devices, store, gaps, nowMs }) {
  const recent = (rows) => rows.filter(({ atMs }) => nowMs - atMs < RECENT_MS).length;
  const conflicts = recent(gaps.conflicts);
  const breaks = recent(gaps.chainBreaks);
  const silent = devices.filter(({ link }) => link !== 'online');
  const shared = devices.filter(({ identityConflict }) => identityConflict);
  if (devices.length === 0) {
    return {
      word: 'No lines yet',
      tone: 'idle',
      sign: '…',
      text: 'Make a credential for a device: lineside-collector device add line-1',
    };
  }
  const problems = [
    ...(shared.length > 0 ? [`two devices use the identity ${shared.map(({ device }) => device).join(', ')}`] : []),
    ...(conflicts > 0 ? [`${count(conflicts, 'record')} arrived again with changes`] : []),
    ...(breaks > 0 ? [`${count(breaks, 'link')} of a hash chain ${breaks === 1 ? 'does' : 'do'} not match`] : []),
  ];
  if (problems.length > 0) return { word: 'Check the records', tone: 'bad', sign: '✕', text: sentence(problems) };
  if (store.gapsOpen > 0) {
    return {
      word: 'Records are missing',
      tone: 'warn',
      sign: '!',
      text: `${count(store.missing, 'record')} have not arrived yet and were requested again`,
    };
  }
  if (silent.length > 0) {
    const names = silent.map(({ line, device }) => line ?? device).join(', ');
    return {
      word: `${silent.length} of ${count(devices.length, 'line')} not online`,
      tone: 'warn',
      sign: '!',
      text: `${names}: records made in the meantime arrive when the connection is back`,
    };
  }
  return {
    word: devices.length === 1 ? 'The line is online' : `All ${devices.length} lines are online`,
    tone: 'good',
    sign: '✓',
    text: 'No records are missing',
  };
}

const sentence = (parts) => parts.join('; ').replace(/^./, (first) => first.toUpperCase());

function Answer({ answer, connected }) {
  return html`
    <section class="answer ${connected ? answer.tone : 'idle'}" aria-label="Are the lines online?">
      <span class="sign" aria-hidden="true">${connected ? answer.sign : '?'}</span>
      <div>
        <h1 role="status">${connected ? answer.word : 'Unknown'}</h1>
        <p>${connected ? answer.text : `Last known: ${answer.word.toLowerCase()}`}</p>
      </div>
    </section>
  `;
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
