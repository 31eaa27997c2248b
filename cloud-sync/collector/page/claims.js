/* global FormData, location */
import { html, useEffect, useState } from '/vendor/preact.js';
import { ago, span } from '/common/format.js';
import { getJson, sendJson } from '/common/http.js';
import { t } from './language.js';
import { Problem } from './problem.js';
import { SignIn } from './review.js';
import { refusedWord } from './words.js';

/** Devices whose attempt was refused are shown so long. */
const REFUSED_FOR_MS = 24 * 3_600_000;

/** Devices that may enrol, and those that were refused: a person with an account lets them in or refuses them, as `device claim` does. */
export function Claims({ now, connected }) {
  const [seen, setSeen] = useState(undefined);
  const [session, setSession] = useState(undefined);
  const [round, setRound] = useState(0);
  const [made, setMade] = useState(undefined);
  const [problem, setProblem] = useState(undefined);
  useEffect(() => {
    let over = false;
    Promise.all([getJson('/api/v1/claims'), getJson('/api/v1/session')])
      .then(([claims, who]) => {
        if (over) return;
        setSeen(claims);
        setSession(who);
      })
      .catch(() => {
        // The top of the page shows that it is disconnected; this list keeps its devices.
      });
    return () => {
      over = true;
    };
  }, [now, connected, round]);
  if (seen === undefined || session === undefined) return null;
  const waiting = seen.items.filter(({ state }) => state === 'open');
  const refused = refusedOf(seen, now);
  if (seen.collector === null && waiting.length === 0) return null;
  const may = session.person !== null;
  const send = async (path, body) => {
    setProblem(undefined);
    try {
      const answer = await sendJson(path, body);
      setMade(answer.code === undefined ? undefined : answer);
      setRound((n) => n + 1);
      return true;
    } catch (error) {
      setProblem(error);
      return false;
    }
  };
  const accept = (wish) => send('/api/v1/claims', wish);
  const refuse = (device) => send(`/api/v1/claims/${encodeURIComponent(device)}/cancel`, {});
  return html`<section aria-labelledby="claims" class="claims">
    <h2 id="claims">${t('wantIn')}</h2>
    ${waiting.length === 0 && refused.length === 0 && html`<p class="small">${t('nobodyWaits')}</p>`}
    <ul class="waiting">
      ${waiting.map(
        ({ id, device, line, expiresAtMs }) => html`<li key=${id} class="card line" data-claim=${device}>
        <div><b>${device}</b> <span class="small">${line ?? ''}</span>
          <p class="small">${t('hasCode', { span: span(Math.max(0, expiresAtMs - now)) })}</p></div>
        ${may && html`<button onClick=${() => refuse(device)}>${t('refuseDevice', { device })}</button>`}
      </li>`,
      )}
      ${refused.map(
        ({ device, atMs, detail, who }) => html`<li key=${`refused ${device}`} class="card line" data-refused=${device}>
        <div><b>${device}</b>
          <p class="small">${t('wasRefused', { address: who, ago: ago(atMs, now) })} ${refusedWord(detail ?? '')}</p></div>
        ${may && html`<button onClick=${() => accept({ device, replace: true })}>${t('letDeviceIn', { device })}</button>`}
      </li>`,
      )}
    </ul>
    ${made !== undefined && html`<${Code} made=${made} close=${() => setMade(undefined)} />`}
    ${may && seen.collector !== null && html`<${LetIn} accept=${accept} />`}
    ${session.accounts && !may && html`<${SignIn} done=${() => setRound((n) => n + 1)} />`}
    ${!session.accounts && html`<p class="small">${t('noAccounts')} <code>lineside-collector device claim ID</code></p>`}
    <${Problem} problem=${problem} />
  </section>`;
}

/** Devices whose newest attempt was refused, and for which no claim is open. */
function refusedOf({ items, history }, now) {
  const newest = new Map();
  for (const entry of history) if (!newest.has(entry.device)) newest.set(entry.device, entry);
  const open = new Set(items.flatMap(({ state, device }) => (state === 'open' ? [device] : [])));
  return [...newest.values()].filter(
    ({ action, device, atMs }) => action === 'refused' && !open.has(device) && now - atMs < REFUSED_FOR_MS,
  );
}

function LetIn({ accept }) {
  const submit = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const data = new FormData(form);
    const [device, line] = ['device', 'line'].map((name) => String(data.get(name) ?? '').trim());
    const replace = data.get('replace') !== null;
    if (await accept({ device, replace, ...(line === '' ? {} : { line }) })) form.reset();
  };
  return html`<form class="who" onSubmit=${submit}>
    <label>${t('deviceId')} <input name="device" required maxlength="64" autocomplete="off" /></label>
    <label>${t('lineName')} <input name="line" maxlength="128" autocomplete="off" /></label>
    <label><input name="replace" type="checkbox" /> ${t('replace')}</label>
    <button>${t('letIn')}</button>
  </form>`;
}

/** A code that was just made: it is shown once, and kept nowhere. */
function Code({ made, close }) {
  return html`<div class="note" role="status" data-code=${made.device}>
    <p>${t('codeOnce', { device: made.device })}</p>
    <p><code>lineside enroll --collector ${made.collector} --claim ${made.code}</code></p>
    ${location.protocol === 'http:' && !/^(?:localhost|127\.|\[::1\])/.test(location.hostname) && html`<p class="small bad">${t('notEncrypted')}</p>`}
    <button onClick=${close}>${t('done')}</button>
  </div>`;
}
