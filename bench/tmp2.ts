import { readExtractor } from '@lineside/models';
import { speedRow } from './teach/speed.ts';
await speedRow(await readExtractor(), 50);
for (let i = 0; i < 4; i++) console.log(JSON.stringify(await speedRow(await readExtractor(), 100)));
