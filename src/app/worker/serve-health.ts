import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeclError } from '../../errors/secl-error.ts';

/** Where health is served. */
export interface HealthAddress {
  /** 0: a free one. */
  readonly port: number;
  /** @defaultValue 127.0.0.1 */
  readonly host?: string | undefined;
}

/** A server that says how a process is. */
export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

/** What {@link serveHealth} says. */
export interface HealthSource {
  readonly address: HealthAddress;
  /** Whether the process can take work now, and why not. */
  readonly ready: () => { readonly ready: boolean; readonly reasons: readonly string[] };
  /** Everything, as JSON. */
  readonly report: () => unknown;
}

/**
 * Serves `/health/live`, `/health/ready` (503 while not ready) and `/health`, all as JSON without any content of the
 * stream.
 *
 * @throws SeclError `ADDRESS_IN_USE`.
 */
export async function serveHealth({ address, ready, report }: HealthSource): Promise<HealthServer> {
  const { port, host = '127.0.0.1' } = address;
  const server = createServer((request, response) => {
    answer(request, response);
  });
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const say = (status: number, body: unknown): void => {
      response.writeHead(status, {
        'content-type': 'application/json; charset=utf-8',
        'cache-control': 'no-store',
      });
      response.end(request.method === 'HEAD' ? '' : `${JSON.stringify(body)}\n`);
    };
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      say(405, { error: 'only GET' });
      return;
    }
    switch ((request.url ?? '/').split('?')[0]) {
      case '/health/live':
        say(200, { live: true });
        return;
      case '/health/ready': {
        const state = ready();
        say(state.ready ? 200 : 503, state);
        return;
      }
      case '/health':
        say(200, report());
        return;
      default:
        say(404, { error: 'there are /health/live, /health/ready and /health' });
    }
  };
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new SeclError('ADDRESS_IN_USE', `cannot listen on ${host}:${port}: ${error.code ?? ''}`, {
          hint: 'Choose another port with --health, or 0 for a free one.',
          cause: error,
        }),
      );
    });
    server.listen(port, host, resolve);
  });
  const { port: bound } = server.address() as AddressInfo;
  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${bound}/health`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
