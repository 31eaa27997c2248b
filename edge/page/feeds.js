import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { number } from '/common/format.js';
import { t } from './language.js';

/** Feeds, and servers for the plant: whether other programs get what the line tells, how many read it, and what was lost. */
export function Feeds({ feeds, leftOut = {}, servers }) {
  const lost = listOf(leftOut);
  return html`
    <section aria-labelledby="feeds-title" data-feeds>
      <h2 id="feeds-title">${t('otherPrograms')}</h2>
      ${lost !== undefined && html`<p class="small warn" data-left-out>${t('feedsLeftOut', { counts: lost })}</p>`}
      ${feeds.map(({ id, url, connected, ...feed }) => {
        const rows = [
          [t('address'), url],
          [t('clientsNow'), feed.clients?.toString()],
          [t('connectionsEnded'), feed.ended > 0 && number(feed.ended)],
          [t('messagesSent'), number(sum(feed.sent))],
          [t('messagesDropped'), listOf(feed.dropped) ?? '0'],
          [t('slowReaders'), feed.stalls > 0 && number(feed.stalls)],
          [t('messagesRefused'), listOf(feed.refused)],
        ];
        return html`<${Way} key=${id} id=${id} name=${t('feedNamed', { id })} up=${connected} problem=${feed.problem} rows=${rows} />`;
      })}
      ${servers.map(({ url, up, sessions, problem }) => {
        const rows = [[t('clientsNow'), String(sessions)]];
        return html`<${Way} key=${url} id=${url} name=${t('serverNamed', { url })} up=${up} problem=${problem} rows=${rows} />`;
      })}
    </section>
  `;
}

function Way({ id, name, up, problem, rows }) {
  const [tone, word] = up
    ? ['good', t('linkOnline')]
    : problem === undefined
      ? ['idle', t('starting')]
      : ['bad', t('linkOffline')];
  return html`
    <article class="card panel ${tone}" data-feed=${id} aria-label=${name}>
      <header class="row-head"><h3>${name}</h3><${Chip} tone=${tone}>${word}<//></header>
      <${Facts} rows=${[...rows, [t('lastError'), problem]]} />
    </article>
  `;
}

const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

/** `events 3, frames 12`; undefined where nothing was counted. Topics and reasons are names of the protocol. */
function listOf(counts) {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? undefined : some.map(([name, count]) => `${name} ${number(count)}`).join(', ');
}
