/** Topics of a ZeroMQ feed. */
export const FEED_TOPICS = ['health', 'events', 'results', 'detections', 'tracks', 'frames'] as const;
export type FeedTopic = (typeof FEED_TOPICS)[number];

/** What a person may let other programs do by plant MQTT. None of them moves an output. */
export const FEED_COMMANDS = ['recipe', 'acknowledge'] as const;
export type FeedCommand = (typeof FEED_COMMANDS)[number];

export interface ZeromqPlan {
  readonly topics: readonly FeedTopic[];
  /** Messages that may wait for one consumer. */
  readonly queue: number;
  readonly framesEveryMs: number;
  readonly frameWidth: number;
  /** CURVE key of this end in Z85, and public keys of the consumers that are let in. */
  readonly secretKey: string | undefined;
  readonly clients: readonly string[];
}

export interface SparkplugPlan {
  readonly group: string;
  readonly node: string;
  readonly primaryHost: string | undefined;
}

export interface MqttPlan {
  readonly topic: string;
  readonly commands: readonly FeedCommand[];
  /** Prefix of Home Assistant's discovery; undefined where nothing is announced to it. */
  readonly homeAssistant: string | undefined;
}

/** One feed as its process needs it. `url` may hold a login. */
export interface FeedPlan {
  readonly id: string;
  readonly url: string;
  /** For people and logs. */
  readonly shown: string;
  readonly device: string;
  readonly zeromq: ZeromqPlan;
  readonly sparkplug: SparkplugPlan;
  readonly mqtt: MqttPlan;
}
