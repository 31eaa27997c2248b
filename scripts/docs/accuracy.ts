import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { accuracyMarkdown } from '../../bench/accuracy/markdown.ts';
import type { AccuracyResult } from '../../bench/accuracy/result.ts';
import { TOLERANCE } from '../../edge/src/event-accuracy/index.ts';
import { type GeneratedFile, page } from './generated-file.ts';

const seconds = (ms: number): string => `${ms / 1000} s`;

const INTRODUCTION = `# How right the events are

\`npm run accuracy -- --json docs/accuracy.json\` measures this, and \`npm run docs\` makes this page of the file. Nothing is
left out of it: a figure that misses its goal and every single loss are below.

The simulated line (the twin) is drawn as a film, with another seed than any picture that a model was trained on, in styles
that no model was trained on, and under bad light and with bad cameras. The complete product runs on the film as in
\`lineside replay\`: FFmpeg, models, tracking and rules with their defaults, journal. Every frame is inspected, faster than real time.
Kinds that one scene shows share its films. Scale and state of the line need no pictures: the signals of the twin's plant are
replayed on their own clock, hours of them, beside a camera whose detections are scripted.

Some rules are not at their defaults, so that twenty events do not take a day: their zones, limits and intervals are in
\`bench/accuracy/kinds.ts\`. What is true follows from what the twin drew (where people and products were in each frame), or
from what its plant did (true weights, stops), and not from what the rule computes. Of \`count\`, each product that crosses is
a true event, and each one that is counted a report. A weight within the declared error of the scale may be reported or not.
Of \`ppe\`, only headwear is measured here: no model for other garments ships. The rule is tested on the twin's masks, gloves and
coats behind a detector with a stated error (\`tests/flow/twin-rules.test.ts\`).

The real films are sample videos of Intel's IoT developer kit; what they show was counted by eye, frame by frame
(\`bench/accuracy/film-truth.yaml\`).

## What counts as right

Reports and true events are matched one to one, at the least total distance in time. A report matches a true event when

- camera and kind agree, and the zone where the truth names one;
- it opens while the condition holds: not more than ${seconds(TOLERANCE.earlyMs)} before the rule's own delay (\`minDuration\`) has
  passed, and not more than ${seconds(TOLERANCE.lateMs)} after the condition ended;
- its box lies on the true subject: at least ${TOLERANCE.onSubject * 100} % of the smaller box is shared.

| count | meaning |
|---|---|
| true events | those whose condition can be seen for at least a second longer than the rule waits; shorter ones may be reported or not |
| wrong | a report of nothing that happened |
| double | a further report of something that is reported already |
| precision | right reports / all reports; a double counts as a mistake |
| recall | reported true events / all true events |
| delay | from when the condition can be seen and the rule's own delay has passed, to the opening |
| unclosed | still open ${seconds(TOLERANCE.closeMs)} after condition and clearing time (\`clearAfter\`) have ended |`;

const OWN_LINE = `## Measuring your own line

Record a camera for as long as it takes to have twenty events, write down what happened, and replay it:

\`\`\`
ffmpeg -i rtsp://CAMERA -c copy -t 3600 belt.mp4
lineside replay --config lineside.yaml --camera belt=belt.mp4 --truth belt.json
\`\`\`

\`belt.json\` says what really happened, in seconds of the recording. \`kind\` is the kind of the events of your rule
([rules](rules.md)); \`zone\` and \`label\` may be left out:

\`\`\`json
{
  "incidents": [
    { "kind": "quality_issue", "startSeconds": 12.0, "endSeconds": 15.5 },
    { "kind": "sanitation", "zone": "dock", "startSeconds": 300, "endSeconds": 420 }
  ]
}
\`\`\`

The table that follows has true events, right, missed, wrong, doubles, precision, recall and delay for each kind; \`--json\`
prints the same as one object. The twin writes such files (\`twin render --truth\`), with the place of everything in every frame.`;

/** docs/accuracy.md, made of the figures that are kept beside it. */
export async function accuracyDocument(root: string): Promise<GeneratedFile> {
  const result = JSON.parse(await readFile(join(root, 'docs/accuracy.json'), 'utf8')) as AccuracyResult;
  return page('docs/accuracy.md', INTRODUCTION, '## Figures', accuracyMarkdown(result).trimEnd(), OWN_LINE);
}
