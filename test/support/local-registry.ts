import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import avsc, { type Type } from 'avsc';

/** A schema registry in this process that answers as Confluent's does; the contract suite holds it to a real one. */
export interface LocalRegistry {
  readonly url: string;
  /** Requests so far, `METHOD /path`. */
  readonly asked: string[];
  /** Value of the `authorization` header of the last request. */
  authorization(): string | undefined;
  /** What to answer instead, by request: a status, a status with a body, or `hang`; `undefined`: as usual. */
  misbehave(
    how: (asked: string) => number | readonly [status: number, body: string] | 'hang' | undefined,
  ): void;
  /** Closes the port; what is registered is kept. */
  stop(): Promise<void>;
  /** Opens the same port again. */
  start(): Promise<void>;
}

interface Version {
  readonly id: number;
  readonly text: string;
}

/** The same text for schemas that differ in order of keys and in white space alone. */
function normal(json: unknown): string {
  return JSON.stringify(json, (_key, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}

const typeOf = (text: string): Type =>
  avsc.Type.forSchema(JSON.parse(text) as Parameters<typeof avsc.Type.forSchema>[0], {
    registry: {},
  });

/** Why data of `older` cannot be read with `newer`: compatibility BACKWARD. */
function objection(newer: string, older: string): string | undefined {
  try {
    typeOf(newer).createResolver(typeOf(older));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Starts one. Its owner stops it. */
export async function startLocalRegistry(): Promise<LocalRegistry> {
  const ids = new Map<string, number>();
  const texts = new Map<number, string>();
  const subjects = new Map<string, Version[]>();
  const checked = new Map<string, boolean>();
  const asked: string[] = [];
  let authorization: string | undefined;
  let port = 0;
  let how: Parameters<LocalRegistry['misbehave']>[0] = () => undefined;

  const unknown = (code: number, message: string) => [404, { error_code: code, message }] as const;

  const answer = (method: string, path: string, body: string): readonly [number, object] => {
    const [, root = '', first = '', second = '', third = ''] = path
      .replace(/\?.*/, '')
      .split('/')
      .map(decodeURIComponent);
    if (root === 'schemas' && first === 'ids') {
      const text = texts.get(Number(second));
      return text === undefined ? unknown(40403, 'Schema not found') : [200, { schema: text }];
    }
    if (root === 'config' && method === 'PUT') {
      const { compatibility } = JSON.parse(body) as { compatibility: string };
      checked.set(first, compatibility !== 'NONE');
      return [200, { compatibility }];
    }
    const subject = root === 'compatibility' ? second : first;
    const versions = subjects.get(subject);
    const newest = versions?.at(-1);
    if (root === 'subjects' && method === 'GET' && second === 'versions' && third === 'latest') {
      if (newest === undefined) return unknown(40401, `Subject '${subject}' not found.`);
      const { id, text } = newest;
      return [200, { subject, version: versions?.length ?? 0, id, schema: text }];
    }
    if (method !== 'POST') return [404, { error_code: 404, message: 'HTTP 404 Not Found' }];
    let text: string;
    try {
      text = normal(JSON.parse((JSON.parse(body) as { schema: string }).schema));
      typeOf(text);
    } catch {
      return [422, { error_code: 42201, message: 'Invalid schema' }];
    }
    const known = versions?.findIndex((version) => version.text === text) ?? -1;
    const objects =
      newest === undefined || checked.get(subject) === false
        ? undefined
        : objection(text, newest.text);
    if (root === 'compatibility') {
      if (newest === undefined) return unknown(40401, `Subject '${subject}' not found.`);
      return [
        200,
        objects === undefined
          ? { is_compatible: true }
          : { is_compatible: false, messages: [objects] },
      ];
    }
    if (second === '') {
      if (versions === undefined) return unknown(40401, `Subject '${subject}' not found.`);
      const at = versions[known];
      if (at === undefined) return unknown(40403, 'Schema not found');
      return [200, { subject, version: known + 1, id: at.id, schema: text }];
    }
    const registered = versions?.[known];
    if (registered !== undefined) return [200, { id: registered.id }];
    if (objects !== undefined) return [409, { error_code: 409, message: objects }];
    const id = ids.get(text) ?? ids.size + 1;
    ids.set(text, id);
    texts.set(id, text);
    subjects.set(subject, [...(versions ?? []), { id, text }]);
    return [200, { id }];
  };

  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '' } = request;
    asked.push(`${method} ${url}`);
    authorization = request.headers.authorization;
    const odd = how(`${method} ${url}`);
    if (odd === 'hang') return;
    response.setHeader('content-type', 'application/vnd.schemaregistry.v1+json');
    if (odd !== undefined) {
      const [status, body] = typeof odd === 'number' ? [odd, ''] : odd;
      response.writeHead(status).end(body);
      return;
    }
    const [status, json] = answer(method, url, Buffer.concat(chunks).toString());
    response.writeHead(status).end(JSON.stringify(json));
  };

  const server = createServer((request, response) => void respond(request, response));
  const start = async (): Promise<void> => {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    ({ port } = server.address() as AddressInfo);
  };
  await start();
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    authorization: () => authorization,
    misbehave: (next) => {
      how = next;
    },
    start,
    stop: async () => {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
