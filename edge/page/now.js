import { html } from '/vendor/preact.js';
import { AskAt, Hours, useCoverage } from '/common/coverage.js';
import { Chip } from '/common/parts.js';
import { Answer } from './answer.js';
import { problemsOf, problemText } from './cameras.js';
import { OpenEvents } from './events.js';
import { Feeds } from './feeds.js';
import { Findings, findingText } from './findings.js';
import { t } from './language.js';
import { Outputs } from './outputs.js';
import { Production } from './production.js';
import { Cleanings, Services } from './services.js';
import { CAMERA } from './words.js';

const DAY_MS = 24 * 3_600_000;

/** Is the line being inspected, what is wrong, what is open, and was it inspected hour by hour? */
export function Now({ status, connected, open }) {
  const coverage = useCoverage({}, status.atMs, connected, { shownMs: DAY_MS, by: 'hour' });
  return html`
    <${Answer} status=${status} connected=${connected} />
    <${OpenEvents} events=${open} />
    <${Findings} health=${status.health} />
    <section aria-labelledby="words-title">
      <h2 id="words-title">${t('cameras')}</h2>
      <ul class="cameras">
        ${status.cameras.map(
          (camera) => html`<li key=${camera.id}>
            <${CameraWord} camera=${camera} health=${status.health} connected=${connected} coverage=${coverage} />
          </li>`,
        )}
      </ul>
      <${AskAt} query=${{}} timeZone=${coverage?.timeZone} />
    </section>
    ${status.outputs && html`<${Outputs} outputs=${status.outputs} />`}
    ${status.production && html`<${Production} production=${status.production} nowMs=${status.atMs} />`}
    ${status.cleanings && html`<${Cleanings} cleanings=${status.cleanings} />`}
    ${status.services && html`<${Services} services=${status.services} />`}
    ${(status.feeds || status.plantServers) && html`<${Feeds} feeds=${status.feeds ?? []} leftOut=${status.feedsLeftOut} servers=${status.plantServers ?? []} />`}
  `;
}

function CameraWord({ camera, health, connected, coverage }) {
  const { word, tone } = CAMERA[connected ? camera.inspecting : 'unknown'];
  const hours = coverage?.cameras.find((one) => one.camera === camera.id);
  return html`
    <article class="card panel camera ${tone}" data-camera=${camera.id} aria-label=${t('cameraNamed', { id: camera.id })}>
      <header class="row-head"><h3>${camera.id}</h3><${Chip} tone=${tone}>${word}<//></header>
      <p class="small" data-reason>${connected ? reasonOf(camera, health) : t('unknown')}</p>
      ${hours && html`<${Hours} coverage=${hours} timeZone=${coverage.timeZone} title=${t('byHour')} />`}
    </article>
  `;
}

/** Why the camera has its word. */
function reasonOf(camera, health) {
  if (camera.error) return findingText(camera.error, 'camera').message;
  const finding = health.warnings.find((one) => one.camera === camera.id);
  if (finding !== undefined) return findingText(finding).message;
  if (problemsOf(camera).length > 0) return problemsOf(camera).map(problemText).join(', ');
  return camera.inspecting === 'inspecting' ? t('everyModelFresh') : CAMERA[camera.inspecting].word;
}
