/* global FormData, performance */
import { html, render, useEffect, useErrorBoundary, useState } from '/vendor/preact.js';
import { Claims } from './claims.js';
import { useCollector } from './connection.js';
import { Events } from './events.js';
import { t } from './language.js';
import { Lines } from './lines.js';
import { Records } from './records.js';
import { Rollouts } from './rollouts.js';
import { number, span, sum } from '/common/format.js';
import { postJson } from '/common/http.js';
import { firstLanguage, keepLanguage } from '/common/language.js';
import { Guarded, LanguageChoice } from '/common/parts.js';
import { findingsOf, verdict } from './verdict.js';

function App() {
  const [broken] = useErrorBoundary();
  const [language, setLanguage] = useState(firstLanguage);
  keepLanguage(language);
  if (broken) return html`<p class="hello" role="alert">${t('pageFailed', { why: String(broken) })}</p>`;
  return html`<${Page} language=${language} onLanguage=${setLanguage} />`;
}

function Page({ language, onLanguage }) {
  const { seen, connected, locked, answeredMs, again } = useCollector();
  const silentMs = useTicking(connected) - answeredMs;
  const answer = seen && verdict(seen);
  useEffect(() => {
    const word = connected ? (answer?.word ?? t('linkConnecting')) : t('disconnected');
    document.title = locked ? t('collectorTitle') : `${word} · ${t('collectorTitle')}`;
  }, [connected, locked, answer?.word, language]);
  const choice = html`<${LanguageChoice} language=${language} onLanguage=${onLanguage} />`;
  if (locked) {
    return html`<div class="page"><header class="top"><${Brand} />${choice}</header></div>
      <${SignIn} done=${again} />`;
  }
  if (seen === undefined) {
    return html`<p class="hello" role="status">${t(connected ? 'connectingToCollector' : 'noAnswerYet')}</p>`;
  }
  return html`
    ${!connected && html`<p class="lost" role="alert"><b>${t('disconnected')}.</b> ${t('oldData', { span: span(silentMs) })}</p>`}
    <div class=${connected ? 'page' : 'page stale'}>
      <header class="top">
        <${Brand} />
        ${choice}
        <p class="live ${connected ? 'good' : 'idle'}"><i aria-hidden="true"></i>${t(connected ? 'live' : 'old')}</p>
      </header>
      <main>
        <${Answer} answer=${answer} connected=${connected} />
        <${Others} findings=${findingsOf(seen).slice(1)} />
        <${Guarded} what=${t('totals')}><${Tiles} seen=${seen} /><//>
        <${Lines} devices=${seen.devices} now=${seen.nowMs} />
        <${Guarded} what=${t('listOfClaims')}><${Claims} now=${seen.nowMs} connected=${connected} /><//>
        <${Guarded} what=${t('listOfRollouts')}><${Rollouts} now=${seen.nowMs} connected=${connected} /><//>
        <div class="below">
          <${Guarded} what=${t('listOfEvents')}><${Events} devices=${seen.devices} now=${seen.nowMs} connected=${connected} /><//>
          <${Guarded} what=${t('listOfProblems')}><${Records} gaps=${seen.gaps} store=${seen.store} counted=${seen.counted} now=${seen.nowMs} /><//>
        </div>
      </main>
      <footer>${t('notSafety')}</footer>
    </div>
  `;
}

const Brand = () =>
  html`<p class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /> Lineside <span>${t('collector')}</span></p>`;

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
    <section class="answer ${connected ? answer.tone : 'idle'}" aria-label=${t('areInspected')}>
      <span class="sign" aria-hidden="true">${connected ? answer.sign : '?'}</span>
      <div>
        <div role="status"><h1>${connected ? answer.word : t('unknown')}</h1></div>
        <p>${connected ? answer.text : t('lastKnown', { word: answer.word.toLowerCase() })}</p>
      </div>
    </section>
  `;
}

/** What is wrong besides the headline. */
function Others({ findings }) {
  if (findings.length === 0) return null;
  return html`<ul class="also" aria-label=${t('alsoWrong')}>
    ${findings.map(({ word, tone, text }) => html`<li key=${word} class=${tone}><b>${word}</b> <span>${text}</span></li>`)}
  </ul>`;
}

function Tiles({ seen: { store } }) {
  const tiles = [
    { name: t('recordsStored'), value: sum(store.records), note: t('recordsStoredNote') },
    { name: t('missing'), value: store.missing, note: t('missingNote'), tone: store.missing > 0 ? 'bad' : '' },
    {
      name: t('declaredLost'),
      value: store.declaredLost,
      note: t('declaredLostNote'),
      tone: store.declaredLost > 0 ? 'warn' : '',
    },
    { name: t('events'), value: sum(store.events), note: t('picturesStored', { n: store.media }) },
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
  return html`<main><form class="signin" onSubmit=${submit}>
    <img src="/favicon.svg" alt="" width="40" height="40" />
    <h1>${t('collectorTitle')}</h1>
    <label for="token">${t('token')}</label>
    <input id="token" name="token" type="password" autocomplete="current-password" required autofocus />
    ${wrong && html`<p class="small bad" role="alert">${t('tokenWrong')}</p>`}
    <button>${t('signIn')}</button>
  </form></main>`;
}

render(html`<${App} />`, document.getElementById('app'));
