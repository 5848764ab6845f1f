import { InvalidArgumentError } from 'commander';

/** Makes a parser of numbers above 0 and of at most `most`, for commander's options. */
export function positiveNumber(most = Number.MAX_VALUE): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!(value > 0) || value > most)
      throw new InvalidArgumentError(
        `It must be a number above 0${most === Number.MAX_VALUE ? '' : `, at most ${most}`}.`,
      );
    return value;
  };
}
