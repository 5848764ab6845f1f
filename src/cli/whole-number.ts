import { InvalidArgumentError } from 'commander';

/** Makes a parser of whole numbers of at least `least`, for commander's options. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isSafeInteger(value) || value < least || text.trim() === '')
      throw new InvalidArgumentError(`It must be a whole number of at least ${least}.`);
    return value;
  };
}
