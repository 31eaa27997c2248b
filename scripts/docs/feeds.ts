import { z } from 'zod';
import { FEED_SCHEMAS } from '../../edge/src/plant/feeds/zeromq/feed-schema.ts';
import { type GeneratedFile, json } from './generated-file.ts';

/** The documents of the ZeroMQ feed, by the first word of their topic. */
export function feedSchema(): GeneratedFile {
  const definitions = Object.entries(FEED_SCHEMAS).map(([topic, schema]) => {
    // One version for all, at the beginning.
    return [topic, { ...z.toJSONSchema(schema), $schema: undefined }] as const;
  });
  const schema = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Documents of the ZeroMQ feed, by the first word of their topic',
    $defs: Object.fromEntries(definitions),
  };
  return json('docs/feed.schema.json', schema);
}
