import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { after } from 'node:test';

/** One request as a {@link ScriptedServer} saw it. */
export interface SeenRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}

/** Answers a request; `index` counts the server's requests from 0. */
export type RequestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  index: number,
) => void;

/** An HTTP server on 127.0.0.1 that misbehaves as told. */
export interface ScriptedServer {
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
  /** Replaces the handler, for what happens between two runs. */
  handle(handler: RequestHandler): void;
  url(path: string): URL;
}

/** Starts a server that is closed, connections included, after the tests of the file. */
export async function scriptedServer(first: RequestHandler): Promise<ScriptedServer> {
  let handler = first;
  const seen: SeenRequest[] = [];
  const server = createServer((request, response) => {
    seen.push({ path: request.url ?? '', headers: request.headers });
    handler(request, response, seen.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    seen,
    handle: (next) => {
      handler = next;
    },
    url: (path) => new URL(path, origin),
  };
}

/** How {@link fileHandler} serves. */
export interface FileBehaviour {
  /** `null` sends none. @defaultValue `"v1"`, strong */
  readonly etag?: string | null;
  /** Ends the connection after that many body bytes. */
  readonly cutAfter?: number;
  /** Holds the cut back until the client has taken the file up to a position. @defaultValue at once */
  readonly taken?: (position: number) => Promise<void>;
  /** Sends that many body bytes, then nothing more, and never ends. */
  readonly stallAfter?: number;
  /** Answers 200 with everything whatever `Range` asks for. */
  readonly ignoreRange?: boolean;
  /** Honours `Range` even if `If-Range` does not match, as a broken cache would. */
  readonly ignoreIfRange?: boolean;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A correct static file server, with the faults that are asked for. */
export function fileHandler(content: Buffer, behaviour: FileBehaviour = {}): RequestHandler {
  return (request, response) => {
    const etag = behaviour.etag === undefined ? '"v1"' : behaviour.etag;
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '');
    const condition = request.headers['if-range'];
    const matches =
      condition === undefined || condition === etag || behaviour.ignoreIfRange === true;
    const from = range !== null && matches && behaviour.ignoreRange !== true ? Number(range[1]) : 0;
    if (from > 0 && from >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
      return;
    }
    const body = content.subarray(from);
    const headers: Record<string, string> = {
      ...(etag === null ? {} : { etag }),
      'content-length': String(body.length),
      ...behaviour.headers,
    };
    if (from > 0)
      headers['content-range'] = `bytes ${from}-${content.length - 1}/${content.length}`;
    response.writeHead(from > 0 ? 206 : 200, headers);
    const stop = behaviour.cutAfter ?? behaviour.stallAfter;
    if (stop === undefined || stop >= body.length) {
      response.end(body);
      return;
    }
    response.write(body.subarray(0, stop));
    // A half-close and not a reset, which would make the client's system drop what it has not read yet.
    const end = (): void => void response.socket?.end();
    if (behaviour.cutAfter !== undefined) {
      void (behaviour.taken?.(from + stop) ?? Promise.resolve()).then(end);
    }
  };
}

/** Lets a server wait for what its client reports, so that tests need no guesses about time. */
export class ProgressGate {
  #waiting: { readonly position: number; readonly open: () => void }[] = [];

  /** To be called with the client's progress. */
  readonly note = (done: number): void => {
    for (const { position, open } of this.#waiting) if (done >= position) open();
    this.#waiting = this.#waiting.filter(({ position }) => done < position);
  };

  /** Resolves at the first progress from now on that reaches a position. */
  readonly taken = (position: number): Promise<void> =>
    new Promise((open) => {
      this.#waiting.push({ position, open });
    });
}
