import { fileURLToPath } from 'node:url';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { aborted, LinesideError, type Service } from '@lineside/kit';
import { lateCompilers, servePage } from '@lineside/web';
import { isHostAllowed, SECURITY_HEADERS } from '../status/index.ts';
import { Access } from './access.ts';
import { CHANGE, PACK, RIGHT_PACK } from './bodies.ts';
import type { CameraDraft, SetupChange } from './camera-draft.ts';
import { type PackReader, PackSetup, type Rectangle, type RightPack } from './pack-setup.ts';

/** The page's folder; the same step up from `src/setup` and from `dist/setup`. */
const PAGE = fileURLToPath(new URL('../../setup-page/', import.meta.url));

/** A picture of the camera, on which is drawn. */
export interface Still {
  readonly jpeg: Uint8Array;
  /** Of the frame. */
  readonly width: number;
  readonly height: number;
}

export interface SetupPageOptions {
  readonly draft: CameraDraft;
  readonly still: Still;
  /** Takes another one. */
  readonly takeStill?: () => Promise<Still>;
  /** Reads what is printed on a pack; without it the page sets up no codes. */
  readonly readPack?: PackReader;
  /** Two secrets in letters and digits: the token of the address, and that of the browser's session. */
  readonly secrets: readonly [token: string, session: string];
  /** Called with the address as soon as the page is served. */
  readonly onReady: (address: string) => void;
}

/** The page while it is served: until `signal` aborts, or the person says that it is done. */
export class SetupPage implements Service {
  readonly name = 'setup page';
  readonly #options: SetupPageOptions;

  constructor(options: SetupPageOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    const { secrets, onReady } = this.#options;
    const done = new AbortController();
    const api = await this.#build(() => done.abort());
    try {
      const address = await api.listen({ host: '127.0.0.1', port: 0 });
      onReady(`${address}/?token=${secrets[0]}`);
      await aborted(AbortSignal.any([signal, done.signal]));
    } finally {
      api.server.closeIdleConnections();
      await api.close();
    }
  }

  async #build(onDone: () => void): Promise<FastifyInstance> {
    const { draft, secrets, takeStill, readPack } = this.#options;
    let { still } = this.#options;
    const access = new Access(...secrets);
    const api = fastify({
      logger: false,
      forceCloseConnections: true,
      ajv: { customOptions: { removeAdditional: false } },
      schemaController: lateCompilers(),
    });
    api.addHook('onRequest', async (request, reply) => {
      reply.headers(SECURITY_HEADERS).header('cache-control', 'no-store');
      checkOrigin(request);
      access.check(request, reply);
    });
    api.setErrorHandler((error: FastifyError, _request, reply) => answerError(error, reply));
    await servePage(api, PAGE);
    const can = { readsPacks: readPack !== undefined, takesStills: takeStill !== undefined };
    const view = () => ({ ...draft.view(), width: still.width, height: still.height, ...can });
    api.get('/still.jpg', (_request, reply) => reply.type('image/jpeg').send(still.jpeg));
    api.get('/api/setup', view);
    api.post<{ Body: SetupChange }>('/api/setup', { schema: { body: CHANGE } }, async ({ body }) => {
      const written = await draft.save(body);
      return { ...view(), written };
    });
    api.post('/api/undo', async () => {
      const written = await draft.undo();
      return { ...view(), written };
    });
    if (takeStill !== undefined) {
      api.post('/api/still', async () => {
        still = await takeStill();
        return view();
      });
    }
    if (readPack !== undefined) {
      const packs = new PackSetup(draft, readPack);
      api.post<{ Body: { box: Rectangle } }>('/api/pack', { schema: { body: PACK } }, ({ body }) =>
        packs.read(still.jpeg, body.box),
      );
      api.post<{ Body: RightPack }>('/api/pack/right', { schema: { body: RIGHT_PACK } }, async ({ body }) => {
        const written = await packs.confirm(body);
        return { ...view(), written };
      });
    }
    api.post('/api/done', (_request, reply) => {
      reply.raw.once('close', onDone);
      return { done: true };
    });
    return api;
  }
}

/** Only this page changes anything: a page of another site cannot send JSON here, and its browser names it. */
function checkOrigin(request: FastifyRequest): void {
  const { origin, host, 'content-type': type = '' } = request.headers;
  const isOwn = origin === undefined || (URL.canParse(origin) && new URL(origin).host === host);
  const isRead = request.method === 'GET' || request.method === 'HEAD';
  if (isHostAllowed(request.raw, []) && isOwn && (isRead || /^application\/json\b/i.test(type))) return;
  const advice = 'open the address that lineside camera setup prints';
  throw new LinesideError({ code: 'setup_refused', message: 'this request does not come from the page', advice });
}

function answerError(error: FastifyError, reply: FastifyReply): FastifyReply {
  const isKnown = error instanceof LinesideError;
  const code = isKnown ? error.code : 'bad_request';
  const status = code === 'setup_refused' ? 403 : isKnown ? 409 : (error.statusCode ?? 500);
  const { message } = error;
  return reply.code(status).send({ error: { code, message, advice: isKnown ? error.advice : '' } });
}
