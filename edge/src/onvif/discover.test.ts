import { describe, expect, it } from 'vitest';
import { envelope, FakeOnvif, streamUri } from '../../../tests/support/fake-onvif.ts';
import { discoverCameras } from './index.ts';

const signal = new AbortController().signal;
const asked = (camera: FakeOnvif, login?: { readonly username: string; readonly password: string }) =>
  discoverCameras({ waitMs: 100, addresses: [`127.0.0.1:${camera.port}`], login, signal });

describe('ONVIF cameras', () => {
  it('are found by a multicast, beside devices whose answers are none', async () => {
    await using camera = await FakeOnvif.open({ name: 'belt camera' }, { multicast: true });
    const nonsense = ['', 'not XML', '<a><b>', envelope('<d:ProbeMatches/>'), `<x>${'y'.repeat(40_000)}</x>`];
    await using broken = await FakeOnvif.open({ name: 'broken', matches: nonsense }, { multicast: true });
    const options = { waitMs: 1_500, networkInterface: 'lo', addresses: [], signal };
    const { cameras, malformed } = await discoverCameras(options);
    const found = cameras.find(({ port }) => port === camera.port);
    expect(found).toMatchObject({
      ...{ address: '127.0.0.1', name: 'belt camera', manufacturer: 'Acme', model: 'Cam 4', firmware: '1.2.3' },
      profiles: [
        { name: 'main stream', codec: 'H264', width: 1920, height: 1080, fps: 25, kbitPerS: 4096 },
        { name: 'sub stream', width: 640, height: 360, fps: 10 },
      ],
    });
    // The credentials that a camera writes into its own URL are not passed on.
    expect(found?.profiles[0]?.url).toBe('rtsp://127.0.0.1/stream1');
    expect(malformed).toEqual(['127.0.0.1']);
    expect(cameras.some(({ port }) => port === broken.port)).toBe(false);
  });

  it('get a user name as a digest, and no password', async () => {
    await using camera = await FakeOnvif.open({ name: 'c', users: true });
    const { cameras } = await asked(camera, { username: 'viewer', password: 'open-sesame' });
    expect(cameras[0]?.profiles).toHaveLength(2);
    expect(camera.requests.some((body) => body.includes('PasswordDigest'))).toBe(true);
    expect(camera.requests.join()).not.toContain('open-sesame');
    const without = await asked(camera);
    expect(without.cameras[0]).toMatchObject({ profiles: [], problem: expect.stringMatching(/wants a user name/) });
  });

  it.each([
    ['no XML', { GetProfiles: 'hello' }],
    ['another form', { GetProfiles: envelope('<trt:GetProfilesResponse/>') }],
    ['a page', { GetSystemDateAndTime: '<html><body>Welcome</body></html>' }],
  ])('that answer %s are in the list with what is wrong', async (_what, answers) => {
    await using camera = await FakeOnvif.open({ name: 'c', answers });
    const { cameras } = await asked(camera);
    expect(cameras).toHaveLength(1);
    expect(cameras[0]).toMatchObject({ port: camera.port, profiles: [], problem: expect.stringMatching(/./) });
  });

  it('cannot make anything else of a stream than a stream, nor write to the terminal', async () => {
    const answers = {
      GetStreamUri: envelope(streamUri('file:///etc/passwd')),
      GetDeviceInformation: envelope(
        '<tds:GetDeviceInformationResponse><tds:Model>\u009b31m red&#x85;</tds:Model></tds:GetDeviceInformationResponse>',
      ),
    };
    await using camera = await FakeOnvif.open({ name: 'c', answers });
    const { cameras } = await asked(camera);
    expect(cameras[0]?.profiles.map(({ url }) => url)).toEqual([undefined, undefined]);
    // Control characters of either kind.
    expect(JSON.stringify(cameras)).not.toMatch(/[\u0080-\u009f]|\\u00[01]/);
  });

  it('are in the list when they accept the connection and answer nothing', async () => {
    await using camera = await FakeOnvif.open({ name: 'c', silent: true });
    const { cameras } = await asked(camera);
    expect(cameras[0]).toMatchObject({ port: camera.port, profiles: [] });
  });
});
