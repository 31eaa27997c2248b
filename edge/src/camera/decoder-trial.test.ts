import { chmod, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { hardwareDecoders, probeFfmpeg } from './capabilities.ts';
import { tryDecoders } from './decoder-trial.ts';

/** FFmpeg with one hardware decoder that works, one that cannot open its device, and one that shows black. */
const PROGRAM = `#!/bin/sh
case "$*" in
  *hevc_nvv4l2dec*) echo 'cannot open its device' >&2; exit 1;;
  *h264_nvmpi*) head -c 16384 /dev/zero >&3; exit 0;;
esac
for argument; do
  [ "$argument" = h264_nvv4l2dec ] && argument=h264
  [ "$argument" = hevc_nvmpi ] && argument=hevc
  set -- "$@" "$argument"; shift
done
exec ffmpeg "$@"
`;
const LISTED = ['h264_nvv4l2dec', 'h264_nvmpi', 'hevc_nvv4l2dec', 'hevc_nvmpi'];

it('a hardware decoder is used only when it decodes a test picture; the next best is used instead of one that does not', async () => {
  await using dir = await tempDir();
  const command = dir.join('ffmpeg');
  await writeFile(command, PROGRAM);
  await chmod(command, 0o755);
  const here = await probeFfmpeg();
  const listed = { ...here, command, decoders: new Set([...here.decoders, ...LISTED]) };
  const { capabilities, refused } = await tryDecoders(listed, AbortSignal.timeout(600_000));
  expect(refused).toEqual([
    { name: 'h264_nvmpi', reason: 'it shows level 0 instead of 126' },
    { name: 'hevc_nvv4l2dec', reason: 'it gave no picture: cannot open its device' },
  ]);
  expect(hardwareDecoders(capabilities, 'h264')[0]).toBe('h264_nvv4l2dec');
  expect(hardwareDecoders(capabilities, 'hevc')[0]).toBe('hevc_nvmpi');
  expect(capabilities.decoders.has('h264')).toBe(true);
});

it('nothing is tried where FFmpeg lists no hardware decoder', async () => {
  const listed = { ...(await probeFfmpeg()), command: '/nowhere/ffmpeg' };
  const { capabilities, refused } = await tryDecoders(listed, AbortSignal.timeout(600_000));
  expect([refused, capabilities.decoders]).toEqual([[], listed.decoders]);
});
