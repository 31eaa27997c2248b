/* global FormData */
import { html, useState } from '/vendor/preact.js';
import { t } from './language.js';

/** Logging in; with a code from the device's terminal, making an account or a new password. */
export function Login({ needsSetup, onEnter }) {
  const given = /^#setup=(.+)$/.exec(location.hash)?.[1] ?? '';
  const [withCode, setWithCode] = useState(needsSetup || given !== '');
  const [problem, setProblem] = useState(undefined);
  const [busy, setBusy] = useState(false);
  const send = async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.currentTarget));
    setBusy(true);
    setProblem(undefined);
    try {
      await onEnter(withCode ? '/api/v1/session/setup' : '/api/v1/session', fields);
      location.hash = '#now';
    } catch (error) {
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  };
  return html`
    <main class="login">
      <h1>${t(withCode ? 'newAccount' : 'logIn')}</h1>
      <p class="small">${t(withCode ? 'codeHint' : 'logInHint')}</p>
      <form onSubmit=${send}>
        ${withCode && html`<label>${t('setupCode')} <input name="code" required maxlength="32" autocomplete="one-time-code" autocapitalize="characters" spellcheck=${false} defaultValue=${given} /></label>`}
        <label>${t('accountName')} <input name="name" required maxlength="32" pattern="[a-z0-9][a-z0-9._\\-]*" autocomplete="username" autocapitalize="none" spellcheck=${false} /></label>
        <label>${t('password')} <input name="password" type="password" required maxlength="256" minlength=${withCode ? 10 : undefined} autocomplete=${withCode ? 'new-password' : 'current-password'} /></label>
        ${problem && html`<p class="advice" role="alert">${problem}</p>`}
        <button class="primary" disabled=${busy}>${t(withCode ? 'makeAccount' : 'logIn')}</button>
      </form>
      ${!needsSetup && html`<button type="button" class="link" onClick=${() => setWithCode(!withCode)}>${t(withCode ? 'haveAccount' : 'haveCode')}</button>`}
    </main>
  `;
}
