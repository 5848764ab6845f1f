import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DashboardModel } from '../dashboard-view/dashboard-model.ts';
import { EMPTY_DASHBOARD, type LabelMatcher } from '../dashboard-view/dashboard-state.ts';
import { showDashboard, type ShowDashboardOptions } from '../dashboard-view/show-dashboard.ts';
import { stepDashboard } from '../dashboard-view/step-dashboard.ts';
import { SeclError } from '../errors/secl-error.ts';
import type { Broker } from '../ports/broker.ts';
import type { Clock } from '../ports/clock.ts';
import { createAccess, LEAST_TOKEN } from './access.ts';
import { createEventClients } from './event-clients.ts';
import { followTopics, type DashboardCodecs, type DashboardTopics } from './follow-topics.ts';
import { readPageFiles } from './page-files.ts';
import { createPageServer } from './page-server.ts';
import { isLoopback } from './refuse-request.ts';
import { createSectionFeed } from './section-feed.ts';

/** Where the page is served, and to whom. */
export interface DashboardAddress {
  /** @defaultValue 127.0.0.1 */
  readonly host?: string | undefined;
  /** 0: any that is free. */
  readonly port: number;
  /** Whoever reads the page must know it; needed beyond loopback. */
  readonly token?: string | undefined;
  /** Names under which the server may be called, besides addresses and `localhost`. */
  readonly allowedNames?: readonly string[] | undefined;
}

/** What {@link startDashboard} needs. */
export interface StartDashboardOptions extends DashboardAddress, ShowDashboardOptions {
  /** Not closed. */
  readonly broker: Pick<Broker, 'topics' | 'bounds' | 'read'>;
  readonly topics: DashboardTopics;
  readonly codecs: DashboardCodecs;
  readonly match: LabelMatcher;
  /** As for `createPageServer`; absent: answers have no link to their trace. */
  readonly traceOf?: ((questionId: string) => Promise<string>) | undefined;
  readonly clock: Clock;
  /** Holds the page's own files. */
  readonly pageFolder: string;
  /** Milliseconds between looks for new records. @defaultValue 300 */
  readonly pollMs?: number | undefined;
}

/** A page that is being served. */
export interface Dashboard {
  /** Where to open it. */
  readonly url: string;
  /** Reads up to the ends of the topics, shows that, says that the run is over, and stops. */
  close(): Promise<void>;
}

/** Milliseconds from one drawing to the next, at least. */
const SHOW_EVERY_MS = 1000;
/** After a drawing, so many times its duration pass before the next: 5% of one core at most. */
const REST = 20;
/** How often readers are looked after. */
const TICK_MS = 250;

/** What the page knows of its own source. */
interface SourceView {
  readonly state: 'live' | 'unreachable' | 'ended';
  readonly message: string | null;
  readonly sinceMs: number;
  /** Whether `/trace` knows what questions went through. */
  readonly traces: boolean;
}

/** @throws SeclError `USAGE` for an address that would let strangers read. */
function checkAddress(host: string, token: string | undefined): void {
  if (token !== undefined && token.length < LEAST_TOKEN)
    throw new SeclError('USAGE', `the token has fewer than ${LEAST_TOKEN} letters`, {
      hint: 'Make one with `openssl rand -hex 24`.',
    });
  if (token === undefined && !isLoopback(host))
    throw new SeclError('USAGE', `beyond this machine the page needs a token; ${host} is beyond`, {
      hint: 'Set SECL_DASHBOARD_TOKEN (`secl dashboard` also takes --token-file), or leave the host out.',
    });
}

/** @throws SeclError `ADDRESS_IN_USE`. */
async function listen(server: Server, host: string, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        new SeclError(
          'ADDRESS_IN_USE',
          taken ? `port ${port} is taken` : `cannot listen on ${host}, port ${port}`,
          {
            hint: taken
              ? 'Choose another port; 0 takes any that is free.'
              : 'Choose an address of this machine, and a port that you may open.',
            cause: error,
          },
        ),
      );
    });
    server.listen(port, host, resolve);
  });
  return (server.address() as AddressInfo).port;
}

/**
 * Serves the live page over a broker's committed records. Reading takes nothing from whoever works on the topics, and
 * drawing happens only while somebody looks, at most once a second.
 *
 * @throws SeclError `USAGE` for a host beyond loopback without a token; `ADDRESS_IN_USE`; `FILE_UNREADABLE`.
 */
export async function startDashboard(options: StartDashboardOptions): Promise<Dashboard> {
  const { host = '127.0.0.1', port, token, allowedNames = [], clock } = options;
  checkAddress(host, token);
  const files = await readPageFiles(options.pageFolder);
  const nowMs = (): number => clock.monotonicMs();
  const feed = createSectionFeed(randomBytes(8).toString('hex'));
  const clients = createEventClients(feed, nowMs);

  let state = EMPTY_DASHBOARD;
  const traces = options.traceOf !== undefined;
  let source: SourceView = { state: 'live', message: null, sinceMs: clock.nowMs(), traces };
  let shown: DashboardModel | undefined;
  let shownState: typeof state | undefined;
  let nextShowMs = -Infinity;

  const view = (): DashboardModel => {
    if (shown === undefined || shownState !== state) {
      const began = nowMs();
      shown = showDashboard(state, options);
      shownState = state;
      const ended = nowMs();
      nextShowMs = Math.max(ended + SHOW_EVERY_MS, ended + REST * (ended - began));
    }
    return shown;
  };
  const publish = (): void => {
    feed.publish({ source, ...view() });
  };
  const setSource = (next: SourceView['state'], message: string | null): void => {
    if (source.state !== next || source.message !== message)
      source = { state: next, message, sinceMs: clock.nowMs(), traces };
  };

  const server = createPageServer({
    files,
    access: createAccess(token, nowMs),
    clients: {
      add: (response, lastEventId) => {
        if (clients.size === 0 && nowMs() >= nextShowMs) publish();
        return clients.add(response, lastEventId);
      },
    },
    viewJson: () => {
      if (nowMs() >= nextShowMs) view();
      return JSON.stringify({ source, ...(shown ?? view()) });
    },
    traceOf: options.traceOf,
    host,
    allowedNames,
  });
  const actualPort = await listen(server, host, port);

  const follower = followTopics({
    broker: options.broker,
    topics: options.topics,
    codecs: options.codecs,
    ...(options.pollMs === undefined ? {} : { pollMs: options.pollMs }),
    onInputs: (inputs) => {
      state = stepDashboard(state, inputs, options.match);
    },
    onTrouble: (message) => {
      setSource(message === null ? 'live' : 'unreachable', message);
    },
  });
  const timer = setInterval(() => {
    if (clients.size === 0) return;
    try {
      if (nowMs() >= nextShowMs) publish();
    } catch (error) {
      // A view that cannot be drawn must not end the process, whose work is another.
      nextShowMs = nowMs() + SHOW_EVERY_MS;
      setSource('unreachable', error instanceof Error ? error.message : 'the view cannot be drawn');
      feed.publish({ source });
    }
    clients.send();
  }, TICK_MS);

  const shownHost = host.includes(':') ? `[${host}]` : host;
  return {
    url: `http://${shownHost}:${actualPort}/`,
    close: async () => {
      await follower.catchUp();
      await follower.stop();
      clearInterval(timer);
      setSource('ended', null);
      publish();
      clients.send();
      clients.end();
      server.close();
      server.closeIdleConnections();
      // Whoever takes nothing any more does not hold the process up.
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => {
          server.closeAllConnections();
        }, 1000);
        server.once('close', () => {
          clearTimeout(late);
          resolve();
        });
      });
    },
  };
}
