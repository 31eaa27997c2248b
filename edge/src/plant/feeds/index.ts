/**
 * Feeds: what the line reports to other programs, by ZeroMQ, Sparkplug B and MQTT. They live in a process of their own; one
 * that is slow, gone or hostile never touches inspection. A protocol is a folder and a line in `protocols.ts`.
 */
export {
  FEED_COMMANDS,
  FEED_TOPICS,
  type FeedCommand,
  type FeedPlan,
  type FeedTopic,
  type MqttPlan,
  type SparkplugPlan,
  type ZeromqPlan,
} from './feed-plan.ts';
export type { Feed, FeedProtocol, FeedState, FeedTools } from './feed-protocol.ts';
export { FeedsProcess, type FeedsProcessOptions } from './feeds-process.ts';
export type * from './line-news.ts';
export { feedProtocolOf, feedUrlProblem } from './protocols.ts';
export { isCurveKey, isReachable as isFeedReachable, isZeromqUrl } from './zeromq/zeromq-address.ts';
