import { html } from '/vendor/preact.js';
import { reason } from '/common/codes.js';
import { ago, bytes, decimal, number } from '/common/format.js';
import { t } from './language.js';
import { GAP, groupWord, streamWord } from './words.js';

/** Problems of the records themselves, past ones too; and what was refused. */
export function Records({ gaps, store, counted, now }) {
  const { items, chainBreaks, conflicts, signatures, losses } = gaps;
  const clean = items.length + chainBreaks.length + conflicts.length + signatures.length === 0;
  return html`<section class=${clean ? 'side' : 'side first'} aria-labelledby="records">
    <h2 id="records">${t('records')}</h2>
    <div class="card">
      ${clean && html`<p class="whole"><span class="sign" aria-hidden="true">✓</span> ${t('allSound')}</p>`}
      ${conflicts.map((row) => html`<${Conflict} key=${`c${row.device}${row.epoch}${row.stream}${row.seq}`} row=${row} now=${now} />`)}
      ${chainBreaks.map((row) => html`<${Break} key=${`b${row.device}${row.epoch}${row.stream}${row.seq}${row.link}`} row=${row} now=${now} />`)}
      ${signatures.map((row) => html`<${Signature} key=${`s${row.device}${row.epoch}${row.stream}${row.seq}`} row=${row} now=${now} />`)}
      ${losses.map((row) => html`<${Loss} key=${`l${row.device}${row.epoch}${row.stream}${row.reason}`} row=${row} now=${now} />`)}
      ${items.map((gap) => html`<${Gap} key=${gap.id} gap=${gap} now=${now} />`)}
      <${Counted} counted=${counted} store=${store} />
    </div>
  </section>`;
}

/** What is wrong with which numbers of which stream, and what is known of it. */
function Finding({ row, where, word, tone, text }) {
  return html`<div class="finding">
    <p><b>${row.device}</b> ${streamWord(row.stream)}, ${where} <span class="pill ${tone}">${word}</span></p>
    <p class="small">${text}</p>
  </div>`;
}

function Gap({ gap, now }) {
  const { first, last, state, missing, requests } = gap;
  const where = first === last ? t('number', { n: first }) : t('numbers', { first, last });
  const when = ago(gap.openedAtMs, now);
  const seen = state === 'open' ? t('missingSince', { missing, ago: when }) : t('seenAgo', { ago: when });
  return html`<${Finding} row=${gap} where=${where} word=${GAP[state].word} tone=${GAP[state].tone} text=${`${seen}, ${t('requestedTimes', { n: requests })}`} />`;
}

function Break({ row, now }) {
  const text = t('breakSeen', { what: groupWord('link', row.link), ago: ago(row.atMs, now) });
  return html`<${Finding} row=${row} where=${t('number', { n: row.seq })} word=${t('chainBroken')} tone="bad" text=${text} />`;
}

function Signature({ row, now }) {
  const text = t('signatureSeen', { what: groupWord('signed', row.problem), ago: ago(row.atMs, now) });
  return html`<${Finding} row=${row} where=${t('upToNumber', { n: row.seq })} word=${t('signature')} tone="bad" text=${text} />`;
}

function Loss({ row, now }) {
  const { first, last, epoch, lastDeclaredAtMs } = row;
  const text = t('lossDeclared', { first, last, epoch, reason: reason(row.reason), ago: ago(lastDeclaredAtMs, now) });
  return html`<${Finding} row=${row} where=${t('numberCount', { n: row.count })} word=${t('declaredLost')} tone="warn" text=${text} />`;
}

function Conflict({ row, now }) {
  const text = t(row.contentDiffers ? 'conflictContent' : 'conflictHistory', { ago: ago(row.atMs, now) });
  return html`<${Finding} row=${row} where=${t('number', { n: row.seq })} word=${t('conflict')} tone="bad" text=${text} />`;
}

/** Counters since the collector's start. */
function Counted({ counted, store }) {
  const refused = Object.entries(counted.malformed).filter(([, n]) => n > 0);
  const { recordsPerSecond: rate, commitMs } = counted.lastMinute;
  const rows = [
    [t('lastMinute'), t('recordsPerSecond', { rate: decimal(rate, rate < 10 ? 1 : 0) })],
    [
      t('commitTo', { store: counted.store === 'sqlite' ? 'SQLite' : 'PostgreSQL' }),
      commitMs === null
        ? t('noCommits')
        : t('commitTimes', { mean: decimal(commitMs.mean), max: decimal(commitMs.max, 0) }),
    ],
    [t('commits'), number(counted.commits)],
    [t('receivedAgain'), number(counted.duplicates)],
    [t('requestedAgain'), number(counted.resendRequests)],
    [
      t('messagesRefused'),
      refused.length === 0 ? '0' : refused.map(([why, n]) => `${number(n)} ${groupWord('refused', why)}`).join(', '),
    ],
    [t('pictures'), `${number(store.media)}, ${bytes(store.mediaBytes)}`],
  ];
  return html`<dl class="facts">
    ${rows.map(([name, value]) => html`<div key=${name}><dt>${name}</dt><dd>${value}</dd></div>`)}
  </dl>`;
}
