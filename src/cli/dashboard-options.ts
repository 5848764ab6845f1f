import { InvalidArgumentError, Option } from 'commander';
import type { DashboardListen } from '../app/serve-dashboard.ts';

/** Port where none is named. */
const DEFAULT_PORT = 8787;

/**
 * What `--dashboard` says: `PORT`, `HOST`, or `HOST:PORT`; an IPv6 address in brackets.
 *
 * @throws InvalidArgumentError for anything else.
 */
export function parseDashboardAddress(text: string): DashboardListen {
  if (/^\d+$/.test(text)) return { port: portOf(text) };
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d+))?$/.exec(text);
  if (match?.[1] === undefined)
    throw new InvalidArgumentError('It must be a port, a host, or host:port.');
  return {
    host: match[1].replace(/^\[|\]$/g, ''),
    port: match[2] === undefined ? DEFAULT_PORT : portOf(match[2]),
  };
}

function portOf(text: string): number {
  const port = Number(text);
  if (port > 65_535) throw new InvalidArgumentError('A port is at most 65535; 0 takes a free one.');
  return port;
}

/** `--listen <address>`, for commands that are about the page. */
export function listenOption(): Option {
  return new Option('--listen <address>', 'port, host, or host:port')
    .argParser(parseDashboardAddress)
    .default({ port: DEFAULT_PORT }, String(DEFAULT_PORT));
}

/** `--dashboard [address]`, for commands that work on a stream; `true` without an address. */
export function dashboardOption(): Option {
  return new Option(
    '--dashboard [address]',
    `serve a live page meanwhile, on a port (${DEFAULT_PORT}) or host:port; beyond this machine SECL_DASHBOARD_TOKEN must be set`,
  ).argParser(parseDashboardAddress);
}

/** What {@link dashboardOption} came to; `undefined`: no page. */
export function dashboardListen(
  value: DashboardListen | true | undefined,
): DashboardListen | undefined {
  return value === true ? { port: DEFAULT_PORT } : value;
}
