import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { number, span } from '/common/format.js';
import { Trouble } from './findings.js';
import { t } from './language.js';
import { TaughtControls, Teach, useTeaching } from './teach.js';
import { ENGINE, MODEL } from './words.js';

/** The models: version, what runs them, what was built for this device, and whether they are proven here. */
export function Models({ models, engines = [], cameras, connected }) {
  const teaching = useTeaching(connected);
  const taughtOf = (id) => teaching.view?.taught.find((one) => one.id === id);
  return html`
  ${models.length === 0 && html`<p class="empty">${t('noModels')}</p>`}
  <ul class="cameras">
    ${models.map(
      (model) => html`<li key=${model.id}>
        <${Model} model=${model} engine=${engines.find((one) => one.model === model.id)} taught=${taughtOf(model.id)} send=${teaching.send} />
      </li>`,
    )}
  </ul>
  <${Teach} cameras=${cameras} teaching=${teaching} />
`;
}

const Model = ({ model, engine, taught, send }) => html`
  <article class="card panel" data-model-card=${model.id} aria-label=${t('modelNamed', { id: model.id })}>
    <header class="row-head"><h2>${model.id}</h2><${Chip} tone=${MODEL[model.state].tone}>${MODEL[model.state].word}<//></header>
    ${model.demonstration && html`<p class="advice warn" data-demonstration><b>${t('demonstration')}</b> <span lang="en">${model.demonstration}</span></p>`}
    ${model.error && html`<${Trouble} error=${model.error} />`}
    <${Facts}
      rows=${[
        [t('version'), model.version],
        [t('provider'), model.provider ?? t('noProvider')],
        [t('providerWhy'), model.reason && html`<span lang="en">${model.reason}</span>`],
        [t('meantFor'), model.expected],
        [t('engine'), engine && html`<${Engine} engine=${engine} />`],
        [t('results'), number(model.results)],
        [t('warmUp'), model.warmupMs === undefined ? undefined : `${model.warmupMs.toFixed(0)} ${t('msUnit')}`],
        [t('taughtState'), model.watched && t(model.watched.state === 'armed' ? 'taughtArmed' : 'taughtWatching')],
        [
          t('taughtPieces'),
          model.watched && t('taughtAbove', { above: model.watched.above, pieces: model.watched.pieces }),
        ],
        ['SHA-256', model.sha256 && html`<code>${model.sha256}</code>`],
      ]}
    />
    ${taught && html`<${TaughtControls} taught=${taught} send=${send} />`}
  </article>
`;

const Engine = ({ engine }) => html`
  ${ENGINE[engine.state].word}${engine.tookMs === undefined ? '' : `, ${span(engine.tookMs)}`}
  ${engine.progress && html`<span class="small" lang="en"> ${engine.progress}</span>`}
  ${engine.error && html`<${Trouble} error=${engine.error} />`}
`;
