import type { LineReport, OutputReport } from '../../line/index.ts';
import type { FeedTopic } from '../feed-plan.ts';
import type { LineNews } from '../line-news.ts';

/** One message before it is numbered. */
export interface FeedMessage {
  readonly kind: FeedTopic;
  readonly topic: string;
  readonly body: object;
  readonly atMs: number;
  readonly jpeg?: Uint8Array;
}

/** The messages that a piece of news makes. `before` is the report before it: a result goes out once. */
export function messagesOf(news: LineNews, before: LineReport | undefined): readonly FeedMessage[] {
  switch (news.type) {
    case 'report':
      return reportMessages(news.report, before);
    case 'event': {
      const { atMs, ...body } = news.event;
      return [{ kind: 'events', topic: `events/${body.camera}`, body, atMs }];
    }
    case 'tracks': {
      const { atMs, ...body } = news.tracks;
      return [{ kind: 'tracks', topic: `tracks/${body.camera}/${body.model}`, body, atMs }];
    }
    case 'detections': {
      const { atMs, ...body } = news.detections;
      return [{ kind: 'detections', topic: `detections/${body.camera}/${body.model}`, body, atMs }];
    }
    case 'picture': {
      const { atMs, jpeg, ...body } = news.picture;
      return [{ kind: 'frames', topic: `frames/${body.camera}`, body, atMs, jpeg }];
    }
  }
}

function reportMessages(report: LineReport, before: LineReport | undefined): readonly FeedMessage[] {
  const { atMs, ...body } = report;
  const health: FeedMessage = { kind: 'health', topic: 'health', body, atMs };
  const results = report.outputs.filter((output) => hasNewResult(output, before?.outputs));
  return [
    health,
    ...results.map(({ id, ...rest }): FeedMessage => {
      return { kind: 'results', topic: `results/${id}`, body: { output: id, ...rest }, atMs };
    }),
  ];
}

/** Another piece, or the same one with another result. */
function hasNewResult(output: OutputReport, before: readonly OutputReport[] = []): boolean {
  const earlier = before.find(({ id }) => id === output.id)?.newest;
  return output.newest !== undefined && JSON.stringify(earlier) !== JSON.stringify(output.newest);
}
