import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { startServer } from './start-server.ts';
import { temporaryFolder } from './temporary-folder.ts';

/** A span as Phoenix gives it back. */
export interface PhoenixSpan {
  readonly name: string;
  readonly context: { readonly trace_id: string; readonly span_id: string };
  readonly parent_id: string | null;
  readonly span_kind: string;
  readonly attributes: Readonly<Record<string, unknown>>;
  readonly events?: readonly { readonly name: string }[];
}

/** Arize Phoenix, with nothing in it. */
export interface PhoenixServer {
  /** Base URL: where its API is, and where it takes traces, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it. */
  readonly url: string;
  /** All spans that it has taken, in no order; none before the first. */
  spans(): Promise<readonly PhoenixSpan[]>;
  stop(): Promise<void>;
}

/** How long it may take to be ready: it makes its database first, and loads much. */
const READY_MS = 300_000;

/** Why there is no Phoenix to test with; `false` where `PHOENIX` names its program. For node:test's `skip`. */
export function phoenixSkip(): string | false {
  const program = process.env['PHOENIX'];
  return program === undefined || spawnSync(program, ['--help']).error !== undefined
    ? 'no Phoenix: `pip install arize-phoenix` in an environment of its own, and PHOENIX=…/bin/phoenix'
    : false;
}

/** Starts the program that `PHOENIX` names in a temporary folder. */
export async function startPhoenix(): Promise<PhoenixServer> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const folder = temporaryFolder();
  const end = await startServer('Phoenix', {
    command: process.env['PHOENIX'] ?? '',
    parameters: ['serve'],
    environment: {
      PHOENIX_HOST: '127.0.0.1',
      PHOENIX_PORT: new URL(url).port,
      PHOENIX_GRPC_PORT: String(await freePort()),
      PHOENIX_WORKING_DIR: join(folder, 'phoenix'),
      PHOENIX_TELEMETRY_ENABLED: 'false',
    },
    folder,
    readyUrl: `${url}/healthz`,
    readyMs: READY_MS,
  });
  return {
    url,
    spans: async () => {
      const all: PhoenixSpan[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const at = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const response = await fetch(`${url}/v1/projects/default/spans?limit=500${at}`);
        if (response.status === 404) return all;
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        const page = (await response.json()) as {
          data: PhoenixSpan[];
          next_cursor: string | null;
        };
        all.push(...page.data);
        cursor = page.next_cursor;
      }
      return all;
    },
    stop: () => end('SIGKILL'),
  };
}
