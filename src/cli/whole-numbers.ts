import { InvalidArgumentError } from 'commander';
import { wholeNumber } from './whole-number.ts';

/** Reads a list like `1,2,3`, each at least `least`, none twice. */
export function wholeNumbers(least: number): (text: string) => number[] {
  const one = wholeNumber(least);
  return (text) => {
    const numbers = text.split(',').map((part) => one(part.trim()));
    if (new Set(numbers).size < numbers.length)
      throw new InvalidArgumentError('one is named twice.');
    return numbers;
  };
}
