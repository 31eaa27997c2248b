/* global FormData */
import { html, useEffect, useState } from '/vendor/preact.js';
import { Facts } from '/common/parts.js';
import { time } from '/common/format.js';
import { getJson } from '/common/http.js';
import { change } from './change.js';
import { t } from './language.js';
import { session } from './session.js';

const ROLES = ['viewer', 'technician', 'admin'];

/** One's own account; for an admin, everybody's, and the tokens of screens on the wall. */
export function Account() {
  if (!session().network)
    return html`<p class="empty">${t('accountsOnNetwork')} <code>lineside access users</code></p>`;
  return html`
    <${Own} />
    ${session().may('admin') && html`<${Everybody} />`}
  `;
}

/** What the last change led to: `[said, attempt]`; an error is said, and `attempt` gives undefined then. */
function useAttempts() {
  const [said, setSaid] = useState(undefined);
  const attempt = async (work, done) => {
    try {
      const answer = await work();
      setSaid(done && { text: done });
      return answer;
    } catch (error) {
      setSaid({ bad: true, text: error.message });
      return undefined;
    }
  };
  return [said, attempt];
}

const Said = ({ said }) =>
  said &&
  html`<p class=${said.bad ? 'advice' : 'small'} role=${said.bad ? 'alert' : 'status'} data-said>${said.text}</p>`;

function Own() {
  const { who, rank } = session();
  const [said, attempt] = useAttempts();
  const [own, setOwn] = useState(undefined);
  useEffect(() => {
    void attempt(() => getJson('/api/v1/account').then(setOwn));
  }, []);
  const changePassword = (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { current, password, repeated } = Object.fromEntries(new FormData(form));
    void attempt(async () => {
      if (password !== repeated) throw new Error(t('passwordsDiffer'));
      setOwn(await change('/api/v1/account/password', { current, password }));
      form.reset();
    }, t('passwordChanged'));
  };
  const endOthers = () => attempt(async () => setOwn(await change('/api/v1/account/sessions', {})), t('othersEnded'));
  return html`<section class="card panel account" aria-labelledby="own-title" data-own>
    <h2 id="own-title">${t('yourAccount')}</h2>
    <${Facts} rows=${[[t('accountName'), who], [t('role'), t(`role_${rank}`)], [t('openSessions'), own?.sessions]]} />
    <form class="inline-form" onSubmit=${changePassword}>
      <input class="unseen" name="name" value=${who} autocomplete="username" tabindex="-1" aria-hidden="true" readonly />
      <label>${t('passwordNow')} <input name="current" type="password" required maxlength="256" autocomplete="current-password" /></label>
      <label>${t('newPassword')} <input name="password" type="password" required minlength="10" maxlength="256" autocomplete="new-password" /></label>
      <label>${t('newPasswordAgain')} <input name="repeated" type="password" required maxlength="256" autocomplete="new-password" /></label>
      <button>${t('changePassword')}</button>
    </form>
    <p class="buttons"><button type="button" class="button" disabled=${!(own?.sessions > 1)} onClick=${endOthers}>${t('endOthers')}</button></p>
    <${Said} said=${said} />
  </section>`;
}

function Everybody() {
  const [said, attempt] = useAttempts();
  const [all, setAll] = useState(undefined);
  const [shown, setShown] = useState(undefined);
  useEffect(() => {
    void attempt(() => getJson('/api/v1/accounts').then(setAll));
  }, []);
  const send = async (body, done) => {
    const answer = await attempt(() => change('/api/v1/accounts', body), done);
    if (answer !== undefined) setAll(answer);
    setShown(undefined);
    return answer;
  };
  const invite = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { name, role } = Object.fromEntries(new FormData(form));
    const answer = await send({ action: 'invite', name, role });
    if (answer === undefined) return;
    setShown({ what: t('codeOnce', { name }), text: answer.setup.code, link: `#setup=${answer.setup.code}` });
    form.reset();
  };
  const renew = async (name) => {
    const answer = await send({ action: 'invite', name });
    if (answer !== undefined)
      setShown({ what: t('codeOnce', { name }), text: answer.setup.code, link: `#setup=${answer.setup.code}` });
  };
  const addToken = async (event) => {
    event.preventDefault();
    const form = event.currentTarget;
    const { name } = Object.fromEntries(new FormData(form));
    const answer = await send({ action: 'add_token', name });
    if (answer === undefined) return;
    setShown({ what: t('tokenOnce', { name }), link: `#wall=${answer.token}` });
    form.reset();
  };
  if (all === undefined) return html`<${Said} said=${said} />`;
  return html`<section class="card panel account" aria-labelledby="everybody-title" data-everybody>
    <h2 id="everybody-title">${t('accounts')}</h2>
    <ul class="shape-list">
      ${all.accounts.map((account) => html`<${Person} key=${account.name} account=${account} send=${send} renew=${renew} />`)}
    </ul>
    <form class="inline-form" onSubmit=${invite} aria-label=${t('addAccount')}>
      <label>${t('newName')} <input name="name" required maxlength="32" pattern="[a-z0-9][a-z0-9._\\-]*" autocapitalize="none" autocomplete="off" /></label>
      <label>${t('role')} <${RoleChoice} name="role" /></label>
      <button>${t('addAccount')}</button>
    </form>
    <h3>${t('wallScreens')}</h3>
    ${all.tokens.length === 0 && html`<p class="empty">${t('noTokens')}</p>`}
    <ul class="shape-list">
      ${all.tokens.map(
        ({ name, madeAtMs }) => html`<li key=${name} data-token=${name}>
          <b>${name}</b> <span class="small">${time(madeAtMs)}</span>
          <${Sure} onSure=${() => send({ action: 'remove_token', name }, t('tokenRemoved', { name }))}>${t('removeNamed', { name })}<//>
        </li>`,
      )}
    </ul>
    <form class="inline-form" onSubmit=${addToken} aria-label=${t('addToken')}>
      <label>${t('screenName')} <input name="name" required maxlength="32" pattern="[a-z0-9][a-z0-9._\\-]*" autocapitalize="none" autocomplete="off" /></label>
      <button>${t('addToken')}</button>
    </form>
    ${shown && html`<${Once} shown=${shown} />`}
    <${Said} said=${said} />
    <p class="small">${t('certificate')} <code>${all.fingerprint}</code></p>
  </section>`;
}

/** A code or an address that is shown this one time. */
const Once = ({ shown: { what, text, link } }) => html`<div class="advice warn" role="status" data-once>
  <p>${what}</p>
  ${text && html`<p><code>${text}</code></p>`}
  <p><code>${location.origin}/${link}</code></p>
</div>`;

function Person({ account: { name, role, sessions, madeAtMs }, send, renew }) {
  return html`<li data-account=${name}>
    <b>${name}</b>
    <${RoleChoice} label=${t('roleOf', { name })} value=${role} onChange=${(next) => send({ action: 'set_role', name, role: next }, t('roleChanged', { name }))} />
    <span class="small">${t('sessionsOpen', { n: sessions })}, ${time(madeAtMs)}</span>
    <button type="button" class="link" onClick=${() => renew(name)}>${t('newPasswordFor', { name })}</button>
    ${sessions > 0 && html`<button type="button" class="link" onClick=${() => send({ action: 'end_sessions', name }, t('sessionsEnded', { name }))}>${t('endSessionsOf', { name })}</button>`}
    <${Sure} onSure=${() => send({ action: 'remove_account', name }, t('accountRemoved', { name }))}>${t('removeNamed', { name })}<//>
  </li>`;
}

/** A select keeps what the device says: where a change is refused, the role is as before. */
const RoleChoice = ({ name, label, value, onChange }) => html`
  <select name=${name} aria-label=${label} value=${value} onChange=${(event) => {
    if (onChange === undefined) return;
    const next = event.target.value;
    event.target.value = value;
    onChange(next);
  }}>
    ${ROLES.map((role) => html`<option key=${role} value=${role}>${t(`role_${role}`)}</option>`)}
  </select>
`;

/** What cannot be taken back is asked for twice. */
export function Sure({ onSure, children }) {
  const [asked, setAsked] = useState(false);
  const press = () => {
    setAsked(!asked);
    if (asked) onSure();
  };
  return html`<button type="button" class=${asked ? 'link bad' : 'link'} onClick=${press} onBlur=${() => setAsked(false)}>${asked ? `${t('really')} ` : ''}${children}</button>`;
}
