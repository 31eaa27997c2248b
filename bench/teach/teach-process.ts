/** Teaches from the images of a folder and prints its own CPU time and peak memory: teach-process.ts DIR DATA. */
import { join } from 'node:path';
import { probeFfmpeg } from '../../edge/src/camera/index.ts';
import { collectImages, gridForImages, imageFiles, teach, TeachingFolder } from '../../edge/src/teaching/index.ts';

const [images = '', data = ''] = process.argv.slice(2);
const { signal } = new AbortController();
const files = await imageFiles(images);
const { width, height } = await gridForImages(files);
const begin = { source: images, division: 'mixed' as const, width, height };
const folder = await TeachingFolder.open(join(data, 'teaching/many'), begin);
await collectImages({ folder, kind: 'good', files, capabilities: await probeFfmpeg('ffmpeg', signal), signal });
const task = { id: 'many', folder, bundle: join(data, 'models/many'), mads: undefined, state: 'watching' as const };
await teach({ ...task, wallMs: Date.now(), signal });
const { user, system } = process.cpuUsage();
// Of this process alone: FFmpeg decodes in children of its own.
const { maxRSS } = process.resourceUsage();
console.log(JSON.stringify({ cpuS: (user + system) / 1e6, peakMb: maxRSS / 1024 }));
