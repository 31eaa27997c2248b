import { html, render, useEffect, useErrorBoundary, useState } from '/vendor/preact.js';
import { firstLanguage, keepLanguage } from '/common/language.js';
import { span } from '/common/format.js';
import { LanguageChoice } from '/common/parts.js';
import { AnswerLine, answerOf } from './answer.js';
import { Account } from './account.js';
import { Cameras } from './cameras.js';
import { useStatus } from './connection.js';
import { Device } from './device.js';
import { Events } from './events.js';
import { t } from './language.js';
import { Login } from './login.js';
import { Models } from './models.js';
import { Now } from './now.js';
import { Records } from './records.js';
import { PAGES, usePlace } from './place.js';
import { useSession } from './session.js';

/** Most live events kept beside what is fetched. */
const KEEP = 100;

function App() {
  const [broken] = useErrorBoundary();
  const [language, setLanguage] = useState(firstLanguage);
  keepLanguage(language);
  if (broken) return html`<p class="hello" role="alert">${t('pageFailed', { why: String(broken) })}</p>`;
  return html`<${Gate} language=${language} onLanguage=${setLanguage} />`;
}

/** Nothing of the device is shown before somebody has logged in, where that is needed. */
function Gate({ language, onLanguage }) {
  const { known, enter, leave, refresh } = useSession();
  if (known === undefined) return html`<p class="hello" role="status">${t('connectingToDevice')}</p>`;
  if (known.isOut) {
    return html`<header class="top page"><p class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /> Lineside</p><${LanguageChoice} language=${language} onLanguage=${onLanguage} /></header>
      <${Login} needsSetup=${known.needsSetup === true} onEnter=${enter} />`;
  }
  return html`<${Page} language=${language} onLanguage=${onLanguage} person=${known} onLeave=${leave} onLost=${refresh} />`;
}

function Page({ language, onLanguage, person, onLeave, onLost }) {
  const [announced, setAnnounced] = useState([]);
  const connection = useStatus((event) =>
    setAnnounced((old) => [event, ...old.filter((other) => other.event !== event.event)].slice(0, KEEP)),
  );
  const { document: status, connected, silentMs } = connection;
  const { page, rest } = usePlace();
  const word = status && answerOf(status).word;
  // What looks like a lost connection may be the end of the session.
  useEffect(() => {
    if (person.network && !connected) void onLost();
  }, [connected]);
  useEffect(() => {
    if (status !== undefined) document.title = `${connected ? word : t('disconnected')} · ${status.line} · Lineside`;
  }, [connected, word, status?.line, language]);
  if (status === undefined)
    return html`<p class="hello" role="status">${t(silentMs > 0 ? 'noAnswerYet' : 'connectingToDevice')}</p>`;
  return html`
    ${!connected && html`<p class="lost" role="alert"><b>${t('disconnected')}.</b> ${t('oldData', { span: span(silentMs) })}</p>`}
    <div class=${connected ? 'page' : 'page stale'}>
      <header class="top">
        <p class="brand"><img src="/favicon.svg" alt="" width="24" height="24" /> Lineside</p>
        <p class="where"><b>${status.line}</b> <span>${status.device}</span></p>
        <${LanguageChoice} language=${language} onLanguage=${onLanguage} />
        ${person.network && html`<p class="person">${person.rank === 'wall' ? person.who : html`<a href="#account" aria-current=${page === 'account' ? 'page' : undefined}>${person.who}</a>`} <button type="button" class="link" onClick=${onLeave}>${t('logOut')}</button></p>`}
      </header>
      <nav class="pages" aria-label=${t('pages')}>
        <ul>
          ${PAGES.map((name) => html`<li key=${name}><a href=${`#${name}`} aria-current=${name === page ? 'page' : undefined}>${t(`page_${name}`)}</a></li>`)}
        </ul>
      </nav>
      <main key=${page} data-page=${page}>
        ${page !== 'now' && html`<header class="page-head"><h1>${t(`page_${page}`)}</h1><${AnswerLine} status=${status} connected=${connected} /></header>`}
        <${Shown} page=${page} rest=${rest} status=${status} connection=${connection} announced=${announced} />
      </main>
      <footer>${t('notSafety')}</footer>
    </div>
  `;
}

function Shown({ page, rest, status, connection, announced }) {
  const { connected, silentMs, epoch } = connection;
  switch (page) {
    case 'cameras':
      return html`<${Cameras} place=${rest} cameras=${status.cameras} nowMs=${status.atMs} connected=${connected} silentMs=${silentMs} epoch=${epoch} />`;
    case 'events':
      return html`<${Events} cameras=${status.cameras} recent=${[...announced, ...status.events]} epoch=${epoch} connected=${connected} />`;
    case 'records':
      return html`<${Records} journal=${status.journal} link=${status.link} evidence=${status.evidence} nowMs=${status.atMs} />`;
    case 'models':
      return html`<${Models} models=${status.models} engines=${status.engines} cameras=${status.cameras} connected=${connected} />`;
    case 'device':
      return html`<${Device} status=${status} connected=${connected} />`;
    case 'account':
      return html`<${Account} />`;
    default:
      return html`<${Now} status=${status} connected=${connected} open=${openOf(status, announced)} />`;
  }
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

const root = document.getElementById('app');
root.replaceChildren();
render(html`<${App} />`, root);
