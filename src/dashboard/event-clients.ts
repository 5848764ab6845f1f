import type { ServerResponse } from 'node:http';
import type { SectionFeed } from './section-feed.ts';

/** Readers at once: a browser tab is one. */
export const MOST_CLIENTS = 32;
/** A comment this often keeps proxies from closing a quiet stream. */
const HEARTBEAT_MS = 15_000;
/** A reader who takes nothing for so long is let go; the page comes back by itself. */
const STUCK_MS = 60_000;
/** How long a page waits before it comes back. */
const RETRY_MS = 2000;

interface Client {
  readonly response: ServerResponse;
  /** Newest revision that was sent. */
  id: string | undefined;
  /** Since when the socket takes nothing more; `null`: it does. */
  blockedSinceMs: number | null;
  lastSentMs: number;
}

/** The open event streams. */
export interface EventClients {
  readonly size: number;
  /**
   * Begins a stream and sends what its reader does not know yet.
   *
   * @returns `false` if there are too many already; nothing was sent then.
   */
  add(response: ServerResponse, lastEventId: string | undefined): boolean;
  /** Sends to each reader what is new to them, and looks after those who take nothing. Call it often. */
  send(): void;
  /** Says that nothing more will come, and ends the streams. */
  end(): void;
}

/**
 * Makes the list of event streams over a feed. A reader who is slow has no queue: while its socket is full nothing is
 * written to it, and afterwards it gets the newest state.
 *
 * @param nowMs - Monotonic milliseconds.
 */
export function createEventClients(feed: SectionFeed, nowMs: () => number): EventClients {
  const clients = new Set<Client>();

  const write = (client: Client, text: string): void => {
    client.lastSentMs = nowMs();
    if (!client.response.write(text)) client.blockedSinceMs = nowMs();
  };
  const sendTo = (client: Client): void => {
    const { blockedSinceMs, response } = client;
    if (blockedSinceMs !== null) {
      if (nowMs() - blockedSinceMs > STUCK_MS) response.destroy();
      return;
    }
    const message = feed.since(client.id);
    if (message !== null) {
      client.id = message.id;
      write(client, `id: ${message.id}\nevent: view\ndata: ${message.json}\n\n`);
    } else if (nowMs() - client.lastSentMs > HEARTBEAT_MS) write(client, ': still here\n\n');
  };
  return {
    get size() {
      return clients.size;
    },
    add: (response, lastEventId) => {
      if (clients.size >= MOST_CLIENTS) return false;
      const client: Client = {
        response,
        id: lastEventId,
        blockedSinceMs: null,
        lastSentMs: nowMs(),
      };
      clients.add(client);
      response.on('drain', () => {
        client.blockedSinceMs = null;
        sendTo(client);
      });
      response.on('close', () => {
        clients.delete(client);
      });
      response.writeHead(200, { 'Content-Type': 'text/event-stream; charset=utf-8' });
      write(client, `retry: ${RETRY_MS}\n\n`);
      sendTo(client);
      return true;
    },
    send: () => {
      for (const client of clients) sendTo(client);
    },
    end: () => {
      for (const client of clients) client.response.end('event: end\ndata: {}\n\n');
    },
  };
}
