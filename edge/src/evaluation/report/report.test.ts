import { describe, expect, it } from 'vitest';
import { detectionMetrics } from '../metrics/detection-metrics.ts';
import { reportPage } from './report-page.ts';
import { confusionTable, detectionTable } from './tables.ts';

const figures = detectionMetrics(
  [
    {
      truth: [{ label: 'cap', box: [0, 0, 10, 10] }],
      found: [{ label: 'cap', classId: 0, score: 0.75, box: [0, 0, 10, 10] }],
    },
  ],
  { labels: ['cap', 'defect'], threshold: { score: 0.5 } },
);

describe('a report', () => {
  it('shows a dash for metrics that the set does not allow', () => {
    expect(detectionTable(figures).rows).toEqual([
      ['cap', '1', '1.000', '1.000', '1.000', '1.000', '1.000', '1.000', '1.000 / 1.000 at 0.750'],
      ['defect', '0', '-', '-', '-', '-', '-', '-', '-'],
      ['all', '1', '1.000', '1.000', '1.000', '1.000', '1.000', '1.000', ''],
    ]);
    expect(confusionTable(figures.confusion).rows[0]).toEqual(['cap', '1', '0', '0']);
  });

  it('is one self-contained page and escapes file names', () => {
    const page = reportPage({
      title: 'cap <1>',
      facts: [['set', 'a & b']],
      figures: detectionTable(figures),
      confusion: figures.confusion,
      notes: [],
      pictures: [
        { caption: 'missed: cap', name: '"><script src="http://x/y.js"></script>.jpg', jpeg: Buffer.from('JPEG') },
      ],
    });
    expect(page).toContain('<title>cap &lt;1&gt;</title>');
    expect(page).toContain(`src="data:image/jpeg;base64,${Buffer.from('JPEG').toString('base64')}"`);
    expect(page).not.toMatch(/<script|<link|(src|href)="(?!data:)/);
    expect(page).toContain("default-src 'none'");
  });
});
