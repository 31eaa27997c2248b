import { Manifest } from '@lineside/models';
import { z } from 'zod';
import { type GeneratedFile, json } from './generated-file.ts';

export function manifestSchema(): GeneratedFile {
  return json('models/schema/manifest.schema.json', {
    title: 'Model manifest',
    ...z.toJSONSchema(Manifest, { io: 'input' }),
  });
}
