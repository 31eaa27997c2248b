import { METRICS } from '../../edge/src/status/metric-table.ts';
import { code, type GeneratedFile, page, table } from './generated-file.ts';

const INTRODUCTION = `# Metrics of the device

\`/metrics\` on the status page's address, in the text format of Prometheus. Rates come from counters by \`rate()\`; quantiles of
the latency from its buckets by \`histogram_quantile()\`, over one device or all. The collector's metrics are in
[collector](collector.md).`;

/** The metrics of the device's `/metrics`. */
export function metricsDocument(): GeneratedFile {
  const rows = Object.entries(METRICS).map(([name, { type, help, labels }]) => [
    code(name),
    type,
    labels.map(code).join(', '),
    help,
  ]);
  return page('docs/metrics.md', INTRODUCTION, table(['Metric', 'Type', 'Labels', 'Meaning'], rows));
}
