import { html } from '/vendor/preact.js';
import { Chip, Facts } from '/common/parts.js';
import { number } from '/common/format.js';
import { t } from './language.js';
import { NOT_READY } from './words.js';

/** What the outputs of the plant do: whether the controller may rely on them, and what became of products. */
export function Outputs({ outputs }) {
  return html`
    <section aria-labelledby="outputs-title" data-outputs>
      <h2 id="outputs-title">${t('outputs')}</h2>
      ${outputs.map((output) => html`<${Output} key=${output.id} output=${output} />`)}
    </section>
  `;
}

function Output({ output }) {
  const { id, camera, readiness, armed, problem, counts, results } = output;
  const tone = readiness === 'ready' ? 'good' : armed ? 'bad' : 'idle';
  return html`
    <article class="card panel ${tone}" data-output=${id} aria-label=${t('outputNamed', { id })}>
      <header class="row-head">
        <h3>${id}</h3>
        <${Chip} tone=${tone}>${NOT_READY[readiness]?.word ?? readiness}<//>
      </header>
      ${problem && html`<p class="small">${problem}</p>`}
      <${Facts}
        rows=${[
          [t('camera'), camera],
          [t('armed'), armed ? t('yes') : t('armedNot')],
          ...(counts === undefined ? [] : countRows(counts)),
          [t('resultsTaken'), results && t('resultsTakenText', results)],
          [t('lineToVerdict'), times(output.decisionMs)],
          [t('verdictToController'), times(output.resultMs)],
          [t('rejectLateBy'), times(output.latenessMs)],
        ]}
      />
    </article>
  `;
}

function countRows({ ok, nok, noResult, due, done, late, missed, cancelled, safe, lateVerdicts }) {
  return [
    [t('pieces'), t('piecesText', { ok, nok, noResult })],
    [t('rejects'), t('rejectsText', { due, done, late, missed, cancelled })],
    [t('withoutVerdict'), t('withoutVerdictText', { safe, lateVerdicts })],
  ];
}

const times = (latency) =>
  latency && t('latencyText', { p50: ms(latency.p50), p99: ms(latency.p99), max: ms(latency.max) });

const ms = (value) => number(value < 10 ? Math.round(value * 10) / 10 : Math.round(value));
