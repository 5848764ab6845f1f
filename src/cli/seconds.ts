import { InvalidArgumentError } from 'commander';

/** Reads a number of seconds above 0, for commander's options. */
export function seconds(text: string): number {
  const value = Number(text);
  if (!(value > 0) || !Number.isFinite(value))
    throw new InvalidArgumentError('It must be a number of seconds above 0.');
  return value;
}
