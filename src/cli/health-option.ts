import { InvalidArgumentError } from 'commander';

/** Where health is to be served. */
export interface HealthOption {
  readonly port: number;
  readonly host?: string;
}

/** Reads `PORT` or `HOST:PORT`; an IPv6 address in brackets. */
export function parseHealthAddress(text: string): HealthOption {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (match === null || port > 65_535)
    throw new InvalidArgumentError('It must be a port from 0 to 65535, or host:port.');
  const host = match[1]?.replace(/^\[|\]$/g, '');
  return host === undefined ? { port } : { host, port };
}
