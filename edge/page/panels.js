import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { plain } from '/common/codes.js';
import { bytes, number, span, sum } from '/common/format.js';
import { LINK, MODEL } from './words.js';

export const Models = ({ models }) => html`
  <section class="card panel" aria-labelledby="models-title">
    <h2 id="models-title">Models</h2>
    ${models.length === 0 && html`<p class="empty">No models.</p>`}
    ${models.map(
      (model) => html`
        <div class="row" key=${model.id}>
          <p class="row-head"><b>${model.id}</b><${Chip} tone=${MODEL[model.state].tone}>${MODEL[model.state].word}<//></p>
          <p class="small">
            ${model.provider === undefined ? 'no provider' : `on ${model.provider}`}${model.reason ? `: ${model.reason}` : ''}
          </p>
          ${model.demonstration && html`<p class="small"><b>Demonstration:</b> ${model.demonstration}</p>`}
          <p class="small">
            ${number(model.results)} results${model.warmupMs === undefined ? '' : ` · warmed up in ${model.warmupMs.toFixed(0)} ms`}${' '}
            · <code title=${model.sha256}>${model.sha256.slice(0, 12)}</code>
          </p>
        </div>
      `,
    )}
  </section>
`;

export function Journal({ journal, link, evidence, nowMs }) {
  const { word, tone } = LINK[link.state];
  const queued = sum(Object.fromEntries(journal.streams.map((stream) => [stream.stream, stream.queued])));
  const oldest = Math.max(...journal.streams.map((stream) => stream.oldestAgeMs ?? 0), 0);
  return html`
    <section class="card panel" aria-labelledby="journal-title">
      <h2 id="journal-title">Journal and link</h2>
      <p class="row-head"><b>${headline(queued, link)}</b><${Chip} tone=${tone}>${word}<//></p>
      ${queued > 0 && link.state !== 'off' && html`<p class="small">the oldest for ${span(oldest)}${pace(link)}</p>`}
      ${!journal.writable && html`<p class="small bad">The journal cannot be written${journal.problem ? `: ${journal.problem}` : ''}</p>`}
      <div class="table">
        <table>
          <thead><tr><th scope="col">Stream</th><th scope="col">Written</th><th scope="col">Acknowledged</th><th scope="col">Queued</th><th scope="col">Lost</th></tr></thead>
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
          [
            'Link',
            link.state === 'off' && link.lastError !== undefined
              ? 'off: a secret cannot be read'
              : link.state === 'off'
                ? 'stand-alone: nothing is sent'
                : `${word.toLowerCase()} for ${span(Math.max(0, nowMs - link.sinceMs))}`,
          ],
          ['Broker', link.broker],
          ['Last error', link.lastError],
          [
            'On the wire',
            link.sentRecords > 0
              ? `${bytes(link.sentBytes)}, ${number(Math.round(link.sentBytes / link.sentRecords))} bytes a record`
              : undefined,
          ],
          [
            'Evidence',
            `${number(evidence.files)} pictures, ${bytes(evidence.bytes)}${evidence.notUploaded > 0 ? `, ${number(evidence.notUploaded)} not yet sent` : ''}`,
          ],
        ]}
      />
    </section>
  `;
}

/** How quickly the queue empties, once it does. */
function pace({ drainPerS, emptyInMs }) {
  return emptyInMs === undefined ? '' : `; ${number(Math.round(drainPerS))} a second, empty in ${span(emptyInMs)}`;
}

/** What was declared lost, in words. */
function lossesOf({ stream, losses }) {
  return (losses ?? []).map(
    ({ from, to, reason }) => `${stream} ${number(from)} to ${number(to)} declared lost: ${plain(reason)}`,
  );
}

/** Without a link nothing is queued: records are only kept. */
function headline(queued, link) {
  if (link.state === 'off') return `${number(queued)} records kept`;
  return queued === 0 ? 'Nothing queued' : `${number(queued)} queued`;
}

export function Device({ status }) {
  const { config, vision, disk } = status;
  const load = (process) => `${process.cpu.toFixed(2)} cores, ${bytes(process.rssBytes)}`;
  return html`
    <section class="card panel" aria-labelledby="device-title">
      <h2 id="device-title">This device</h2>
      <${Facts}
        rows=${[
          ['Device', status.device],
          ['Version', status.version],
          ['Running for', span(status.uptimeMs)],
          ['Clock', plain(status.clock)],
          ['Configuration', config.state === 'good' ? config.path : `last good one instead of ${config.path}`],
          [
            'Vision process',
            `${vision.state}, restarted ${vision.restarts === 1 ? 'once' : `${number(vision.restarts)} times`}`,
          ],
          [
            'Free disk',
            disk.totalBytes === undefined
              ? bytes(disk.freeBytes)
              : `${bytes(disk.freeBytes)} of ${bytes(disk.totalBytes)}`,
          ],
          ['Main process', load(status.process)],
          ['Vision', status.visionProcess && load(status.visionProcess)],
        ]}
      />
    </section>
  `;
}
