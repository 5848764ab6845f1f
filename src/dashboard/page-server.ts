import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SeclError } from '../errors/secl-error.ts';
import type { Access } from './access.ts';
import type { EventClients } from './event-clients.ts';
import type { PageFile } from './page-files.ts';
import { isLoopback, LONGEST_BODY, refuseRequest } from './refuse-request.ts';
import { SECURITY_HEADERS } from './security-headers.ts';

/** What {@link createPageServer} serves. */
export interface PageServerOptions {
  /** By name; `index.html` and `login.html` among them. */
  readonly files: ReadonlyMap<string, PageFile>;
  readonly access: Access;
  readonly clients: Pick<EventClients, 'add'>;
  /** The whole view as JSON. */
  readonly viewJson: () => string;
  /** Draws what a question went through, as text; absent: nothing is known here of traces. */
  readonly traceOf?: ((questionId: string) => Promise<string>) | undefined;
  /** Address that the server listens on. */
  readonly host: string;
  /** Further names under which it may be called. */
  readonly allowedNames: readonly string[];
}

/** A body of a sign-in; `null` if it is too long or breaks off. */
async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let length = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LONGEST_BODY) return null;
      chunks.push(chunk);
    }
  } catch {
    return null;
  }
  return Buffer.concat(chunks).toString('utf8');
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' });
  response.end(`${text}\n`);
}

/** Why a trace is not drawn, with what to do. */
function refusalOf(error: unknown): string {
  return error instanceof SeclError
    ? `${error.message}\n${error.hint ?? ''}`.trimEnd()
    : 'the trace cannot be drawn';
}

/**
 * An HTTP server for the page: its files, `/view.json`, `/events`, and `/trace`. It changes nothing, writes no log, and refuses
 * what is not its own page before it looks at anything else. Not yet listening.
 */
export function createPageServer(options: PageServerOptions): Server {
  const { files, access, clients, viewJson, traceOf, host } = options;
  const beyondLoopback = !isLoopback(host);
  const allowedNames = [host, ...options.allowedNames].map((name) => name.toLowerCase());

  const login = files.get('login.html');
  /** The sign-in after a token that was none: it says so. */
  const wrongLogin = login && {
    ...login,
    bytes: Buffer.from(login.bytes.toString('utf8').replace('role="alert" hidden', 'role="alert"')),
  };

  const sendPage = (response: ServerResponse, file: PageFile | undefined, status = 200): void => {
    if (file === undefined) {
      sendText(response, 404, 'there is nothing here');
      return;
    }
    response.writeHead(status, { 'Content-Type': file.type, 'Content-Length': file.bytes.length });
    response.end(file.bytes);
  };
  const sendFile = (response: ServerResponse, name: string, status = 200): void => {
    sendPage(response, files.get(name), status);
  };
  const signIn = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await readBody(request);
    const given = body === null ? null : new URLSearchParams(body).get('token');
    if (given === null) {
      sendText(response, 400, 'this is no sign-in');
      return;
    }
    const result = access.signIn(given, request.headers.host);
    if (result.kind === 'busy') {
      response.setHeader('Retry-After', '60');
      sendText(response, 429, 'too many wrong tokens; wait a minute');
    } else if (result.kind === 'wrong') sendPage(response, wrongLogin, 401);
    else {
      response.writeHead(303, { Location: '/', 'Set-Cookie': result.cookie });
      response.end();
    }
  };
  let isDrawing = false;
  /** A trace is looked for in files of some megabytes: one at a time, whoever asks. */
  const sendTrace = async (response: ServerResponse, questionId: string | null): Promise<void> => {
    if (traceOf === undefined || questionId === null) {
      sendText(response, 404, 'no trace is kept here');
      return;
    }
    if (isDrawing) {
      response.setHeader('Retry-After', '1');
      sendText(response, 503, 'another trace is being drawn; try again');
      return;
    }
    isDrawing = true;
    try {
      sendText(response, 200, await traceOf(questionId));
    } catch (error) {
      sendText(response, 404, refusalOf(error));
    } finally {
      isDrawing = false;
    }
  };
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { method = '', url = '', headers } = request;
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    const refusal = refuseRequest({ method, url, headers }, allowedNames, beyondLoopback);
    if (refusal !== null) {
      // What was not read of a body must not pass for the next request.
      response.setHeader('Connection', 'close');
      sendText(response, refusal.status, refusal.reason);
      return;
    }
    const [name = '/', query = ''] = url.split('?');
    if (method === 'POST') {
      if (name === '/login') await signIn(request, response);
      else sendText(response, 404, 'there is nothing here');
      return;
    }
    // Scripts and styles hold nothing of the stream, and the sign-in needs them.
    if (/\.(css|js|svg)$/.test(name)) {
      sendFile(response, name.slice(1));
      return;
    }
    if (!access.isAllowed(headers)) {
      response.setHeader('WWW-Authenticate', 'Bearer');
      if (name === '/' || name === '/index.html') sendFile(response, 'login.html', 401);
      else sendText(response, 401, 'a token is needed');
      return;
    }
    switch (name) {
      case '/':
      case '/index.html':
        sendFile(response, 'index.html');
        return;
      case '/view.json':
        response.writeHead(200, { 'Content-Type': 'application/json; charset=utf-8' });
        response.end(viewJson());
        return;
      case '/events': {
        if (method === 'HEAD') {
          response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
          response.end();
          return;
        }
        const last = headers['last-event-id'];
        if (clients.add(response, typeof last === 'string' ? last : undefined)) return;
        response.setHeader('Retry-After', '10');
        sendText(response, 503, 'too many readers');
        return;
      }
      case '/trace':
        await sendTrace(response, new URLSearchParams(query).get('question'));
        return;
      default:
        sendText(response, 404, 'there is nothing here');
    }
  };

  const server = createServer(
    { maxHeaderSize: 8192, headersTimeout: 10_000, requestTimeout: 10_000, keepAliveTimeout: 5000 },
    (request, response) => {
      answer(request, response).catch(() => {
        response.destroy();
      });
    },
  );
  server.maxConnections = 128;
  server.maxRequestsPerSocket = 1000;
  return server;
}
