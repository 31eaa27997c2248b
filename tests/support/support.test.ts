import { existsSync } from 'node:fs';
import { stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { Manifest } from '@lineside/models';
import mqtt from 'mqtt';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { describe, expect, it } from 'vitest';
import { freePort } from './free-port.ts';
import { MachineTime } from './machine-time.ts';
import { startMosquitto } from './mosquitto.ts';
import { descendantsOf, isAlive, NODE, runProcess, startProcess, waitUntilGone } from './processes.ts';
import { tempDir } from './temp-dir.ts';
import { brightBlobDetector, constantDetector, tinyManifest, wrongShapeModel, wrongTypeModel } from './tiny-onnx.ts';
import { notAVideo, testVideo, truncatedVideo } from './video.ts';

import { waitFor } from './wait-for.ts';

describe('tempDir', () => {
  it('is gone with what lies in it when the scope ends', async () => {
    let path: string;
    {
      await using dir = await tempDir();
      path = dir.path;
      await writeFile(dir.join('a'), 'x');
      expect(existsSync(path)).toBe(true);
    }
    expect(existsSync(path)).toBe(false);
  });
});

describe('waitFor', () => {
  it('reports what it waited for and the latest error', async () => {
    const never = waitFor('the sun to rise', () => Promise.reject(new Error('still dark')), {
      withinMs: 30,
      everyMs: 5,
    });
    await expect(never).rejects.toThrow(/30 ms for the sun to rise.*still dark/);
  });

  it('gives what the probe found', async () => {
    let tries = 0;
    expect(await waitFor('a third try', () => (++tries >= 3 ? tries : undefined), { everyMs: 1 })).toBe(3);
  });
});

describe('the time that a process had on this machine', () => {
  it('is the wall time on a quiet machine and a part of it on a busy one', () => {
    let now = 0;
    let running = 1;
    const time = new MachineTime(
      () => running,
      () => now,
      2,
    );
    now = 1_000;
    expect(time.spentMs()).toBe(1_000);
    running = 16;
    now = 9_000;
    expect(time.spentMs()).toBe(2_000);
  });

  it('ends at last on a machine that is busy without end', () => {
    let now = 0;
    const time = new MachineTime(
      () => 10_000,
      () => now,
      2,
    );
    now = 20_000;
    expect(time.spentMs()).toBe(1_000);
  });
});

describe('processes', () => {
  it('waits for a line, kills hard and knows that the process is gone', async () => {
    await using child = await startProcess(NODE, ['-e', 'console.log("ready 7"); setInterval(() => {}, 1000)']);
    expect((await child.waitForLine(/^ready (\d)/))[1]).toBe('7');
    expect(isAlive(child.pid)).toBe(true);
    await child.killHard();
    expect(isAlive(child.pid)).toBe(false);
    expect(child.exit?.signal).toBe('SIGKILL');
  });

  it('fails at once, with the output, when the child ends before its line', async () => {
    await using child = await startProcess(NODE, ['-e', 'console.error("no luck")']);
    await expect(child.waitForLine(/ready/)).rejects.toThrow(/ended before it printed[^]*no luck/);
  });

  it('rejects a command that does not exist', async () => {
    await expect(startProcess('/nowhere/at-all', [])).rejects.toThrow(/ENOENT/);
  });

  it('ends the children of a child too', async () => {
    await using child = await startProcess('sh', ['-c', 'sleep 60 & echo up; wait']);
    await child.waitForLine(/up/);
    const [grandchild] = descendantsOf(child.pid);
    expect(grandchild).toBeTypeOf('number');
    process.kill(grandchild!, 'SIGKILL');
    await waitUntilGone(grandchild!);
    await child.waitForExit();
  });
});

describe('mosquitto', () => {
  const connects = async (url: string, username?: string, password?: string): Promise<boolean> => {
    const options = {
      protocolVersion: 5,
      reconnectPeriod: 0,
      connectTimeout: 3000,
      ...(username && { username, password }),
    };
    return mqtt.connectAsync(url, options as mqtt.IClientOptions).then(
      async (client) => client.endAsync(true).then(() => true),
      () => false,
    );
  };

  it('takes its users, refuses others, and is back on the same port after a kill', async () => {
    await using broker = await startMosquitto({ users: { line: 'secret' }, acl: 'user line\ntopic readwrite a/#\n' });
    expect(await connects(broker.url, 'line', 'secret')).toBe(true);
    expect(await connects(broker.url, 'line', 'wrong')).toBe(false);
    expect(await connects(broker.url)).toBe(false);
    const before = broker.pid;
    await broker.kill();
    expect(isAlive(before)).toBe(false);
    await broker.start();
    expect(await connects(broker.url, 'line', 'secret')).toBe(true);
  });

  it('keeps its port and stays silent while frozen', async () => {
    await using broker = await startMosquitto();
    broker.freeze();
    const client = mqtt.connect(broker.url, { reconnectPeriod: 0, connectTimeout: 60_000 });
    const answered = new Promise<boolean>((resolve) => {
      client.once('connect', () => resolve(true));
      setTimeout(() => resolve(false), 400);
    });
    expect(await answered).toBe(false);
    broker.thaw();
    await waitFor('the connection after the thaw', () => client.connected);
    await client.endAsync(true);
  });
});

describe('freePort', () => {
  it('gives a port on which nobody listens', async () => {
    const port = await freePort();
    const refused = new Promise((resolve) => connect(port, '127.0.0.1').once('error', resolve));
    expect(String(await refused)).toMatch(/ECONNREFUSED/);
  });
});

describe('video', () => {
  const probe = (path: string) =>
    runProcess('ffprobe', [
      '-v',
      'error',
      '-count_packets',
      '-show_entries',
      'stream=codec_name,width,nb_read_packets',
      '-of',
      'csv=p=0',
      path,
    ]);

  it('makes a video once and reuses it', async () => {
    const path = await testVideo();
    const made = (await stat(path)).mtimeMs;
    expect(await testVideo()).toBe(path);
    expect((await stat(path)).mtimeMs).toBe(made);
    expect((await probe(path)).stdout.trim()).toBe('h264,320,30');
  });

  it('makes files that FFmpeg cannot open', async () => {
    expect((await probe(await notAVideo())).code).not.toBe(0);
    expect((await probe(await truncatedVideo())).code).not.toBe(0);
  });
});

describe('tiny models', () => {
  const run = async (model: Uint8Array, input: Tensor): Promise<{ dims: readonly number[]; data: number[] }> => {
    const session = await InferenceSession.create(model, { intraOpNumThreads: 1, logSeverityLevel: 3 });
    const { output0 } = await session.run({ images: input });
    await session.release();
    return { dims: output0!.dims, data: Array.from(output0!.data as Float32Array) };
  };
  const picture = (size: number, paint: (x: number, y: number) => number = () => 0): Tensor => {
    const pixels = new Uint8Array(size * size * 3);
    for (let i = 0; i < pixels.length; i++) pixels[i] = paint(Math.floor(i / 3) % size, Math.floor(i / 3 / size));
    return new Tensor('uint8', pixels, [1, size, size, 3]);
  };

  it('give the boxes they were made with', async () => {
    const boxes = [
      { cx: 10, cy: 20, width: 8, height: 6, classIndex: 1, score: 0.9 },
      { cx: 40, cy: 30, width: 4, height: 2, classIndex: 0, score: 0.25 },
    ];
    const { dims, data } = await run(
      constantDetector({ size: 64, classes: 2, boxes }),
      picture(64, () => 200),
    );
    expect(dims).toEqual([1, 6, 2]);
    expect(data.map((value) => Math.round(value * 100) / 100)).toEqual([10, 40, 20, 30, 8, 4, 6, 2, 0, 0.25, 0.9, 0]);
  });

  it('see a bright blob where it is, and nothing in the dark', async () => {
    const model = brightBlobDetector({ size: 64, cell: 16, boxSize: 20, classes: 2, from: 100, to: 200 });
    const lit = await run(
      model,
      picture(64, (x, y) => (x >= 32 && x < 48 && y >= 16 && y < 32 ? 250 : 10)),
    );
    expect(lit.dims).toEqual([1, 6, 16]);
    const scores = lit.data.slice(64, 80);
    expect(scores.indexOf(Math.max(...scores))).toBe(6);
    expect(scores.filter((score) => score > 0)).toEqual([1]);
    expect([0, 1, 2, 3].map((row) => lit.data[row * 16 + 6])).toEqual([40, 24, 20, 20]);
    const dark = await run(model, picture(64));
    expect(Math.max(...dark.data.slice(64))).toBe(0);
  });

  it('come in shapes and types that are wrong but load', async () => {
    expect((await run(wrongShapeModel(32), picture(32))).dims).toEqual([1, 10]);
    const planes = new Tensor('float32', new Float32Array(3 * 32 * 32), [1, 3, 32, 32]);
    expect((await run(wrongTypeModel(32), planes)).dims).toEqual([1, 5, 1]);
    await expect(run(wrongTypeModel(32), picture(32))).rejects.toThrow();
  });

  it('have a manifest that the schema accepts', () => {
    const model = brightBlobDetector({ size: 64 });
    expect(Manifest.parse(tinyManifest(model, { size: 64, labels: ['blob'] })).id).toBe('tiny');
  });
});
