import type { AnomalyMetrics } from '../metrics/anomaly-metrics.ts';
import type { ClassificationMetrics } from '../metrics/classification-metrics.ts';
import type { Confusion } from '../metrics/confusion.ts';
import type { DetectionMetrics } from '../metrics/detection-metrics.ts';

/** Cells as text; the first column names the row. */
export interface MetricsTable {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Three decimals, or a dash where there is no value. */
function decimals(value: number | undefined): string {
  return value === undefined ? '-' : value.toFixed(3);
}

export function detectionTable({ labels, all }: DetectionMetrics): MetricsTable {
  const outlined = all.maskAp50 !== undefined;
  const figures = (of: DetectionMetrics['all']): readonly string[] => {
    const boxed = [of.precision, of.recall, of.f1, of.ap50, of.ap30, of.ap50to95];
    return (outlined ? [...boxed, of.maskAp50, of.maskAp50to95] : boxed).map(decimals);
  };
  const rows = labels.map((of) => {
    const best =
      of.best === undefined
        ? '-'
        : `${decimals(of.best.precision)} / ${decimals(of.best.recall)} at ${decimals(of.best.score)}`;
    return [of.label, String(of.truths), ...figures(of), best];
  });
  return {
    columns: [
      ...['label', 'objects', 'precision', 'recall', 'F1', 'AP50', 'AP30', 'AP50-95'],
      ...(outlined ? ['mask AP50', 'mask AP50-95'] : []),
      'best precision / recall',
    ],
    rows: labels.length === 1 ? rows : [...rows, ['all', String(all.truths), ...figures(all), '']],
  };
}

export function classificationTable({ labels }: ClassificationMetrics): MetricsTable {
  return {
    columns: ['label', 'images', 'precision', 'recall', 'F1'],
    rows: labels.map((of) => [of.label, String(of.truths), ...[of.precision, of.recall, of.f1].map(decimals)]),
  };
}

export function anomalyTable(figures: AnomalyMetrics): MetricsTable {
  const { good, defect, imageAuroc, pixelAuroc, precision, recall, f1 } = figures;
  return {
    columns: ['', 'good', 'defect', 'image AUROC', 'pixel AUROC', 'precision', 'recall', 'F1'],
    rows: [['all', String(good), String(defect), ...[imageAuroc, pixelAuroc, precision, recall, f1].map(decimals)]],
  };
}

/** Rows are true labels, columns predictions. */
export function confusionTable({ labels, counts }: Confusion): MetricsTable {
  return {
    columns: ['true \\ predicted', ...labels],
    rows: labels.map((label, row) => [label, ...(counts[row] ?? []).map(String)]),
  };
}
