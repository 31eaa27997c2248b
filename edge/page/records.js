import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { reason as lossReason } from '/common/codes.js';
import { bytes, number, span, sum } from '/common/format.js';
import { t } from './language.js';
import { LINK } from './words.js';

/** What is recorded, what is queued, whether the link is up, and when the queue is empty. */
export function Records({ journal, link, evidence, nowMs }) {
  const { word, tone } = LINK[link.state];
  const queued = sum(Object.fromEntries(journal.streams.map((stream) => [stream.stream, stream.queued])));
  const oldest = Math.max(...journal.streams.map((stream) => stream.oldestAgeMs ?? 0), 0);
  return html`
    <section class="card panel" aria-labelledby="journal-title" data-records>
      <h2 id="journal-title">${t('journalAndLink')}</h2>
      <p class="row-head"><b>${headline(queued, link)}</b><${Chip} tone=${tone}>${word}<//></p>
      ${queued > 0 && link.state !== 'off' && html`<p class="small">${t('oldestFor', { span: span(oldest) })}${pace(link)}</p>`}
      ${!journal.writable && html`<p class="small bad">${t('journalUnwritable')}${journal.problem ? html`: <span lang="en">${journal.problem}</span>` : ''}</p>`}
      <div class="table" tabindex="0" role="region" aria-label=${t('streams')}>
        <table>
          <thead><tr>
            ${['stream', 'written', 'acknowledgedRecords', 'queued', 'lost'].map((key) => html`<th scope="col" key=${key}>${t(key)}</th>`)}
          </tr></thead>
          <tbody>
            ${journal.streams.map(
              (stream) => html`
                <tr key=${stream.stream}>
                  <th scope="row">${stream.stream}</th>
                  <td>${number(stream.next - 1)}</td>
                  <td>${number(stream.acked)}</td>
                  <td>${number(stream.queued)}</td>
                  <td class=${stream.declaredLost > 0 ? 'bad' : ''}>${number(stream.declaredLost ?? 0)}</td>
                </tr>
              `,
            )}
          </tbody>
        </table>
      </div>
      ${journal.streams.flatMap(lossesOf).map((loss) => html`<p class="small bad" key=${loss}>${loss}</p>`)}
      <${Facts}
        rows=${[
          [t('link'), linkText(link, word, nowMs)],
          [t('broker'), link.broker],
          [t('lastError'), link.lastError && html`<span lang="en">${link.lastError}</span>`],
          [
            t('onTheWire'),
            link.sentRecords > 0 &&
              t('bytesEach', {
                total: bytes(link.sentBytes),
                each: number(Math.round(link.sentBytes / link.sentRecords)),
              }),
          ],
          [t('evidence'), evidenceText(evidence)],
        ]}
      />
    </section>
  `;
}

function linkText(link, word, nowMs) {
  if (link.state === 'off') return t(link.lastError === undefined ? 'linkStandAlone' : 'linkSecretMissing');
  return t('linkFor', { word: word.toLowerCase(), span: span(Math.max(0, nowMs - link.sinceMs)) });
}

function evidenceText({ files, bytes: size, notUploaded }) {
  const text = t('evidenceKept', { n: files, size: bytes(size) });
  return notUploaded > 0 ? `${text}, ${t('notYetSent', { count: notUploaded })}` : text;
}

/** How quickly the queue empties, once it does. */
function pace({ drainPerS, emptyInMs }) {
  if (emptyInMs === undefined) return '';
  return `; ${t('emptyIn', { rate: Math.round(drainPerS), span: span(emptyInMs) })}`;
}

/** What was declared lost, in words. */
function lossesOf({ stream, losses }) {
  return (losses ?? []).map(({ from, to, reason }) =>
    t('declaredLost', { stream, from, to, reason: lossReason(reason) }),
  );
}

/** Without a link nothing is queued: records are only kept. */
function headline(queued, link) {
  if (link.state === 'off') return t('recordsKept', { n: queued });
  return queued === 0 ? t('nothingQueued') : t('queuedCount', { count: queued });
}
