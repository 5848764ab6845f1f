/** Atomic numbers of the noble gases, which end the periods. */
const NOBLE_GASES = [2, 10, 18, 36, 54, 86, 118];

/** Period of an element, 1 to 7. */
export function periodOf(number: number): number {
  return NOBLE_GASES.findIndex((last) => number <= last) + 1;
}

/**
 * Group of an element, 1 to 18, or `null` for lanthanides and actinides, lanthanum to lutetium and actinium to
 * lawrencium, whose groups are disputed or have no number.
 */
export function groupOf(number: number): number | null {
  if (number === 2) return 18;
  const period = periodOf(number);
  const place = number - (NOBLE_GASES[period - 2] ?? 0);
  if (place <= 2) return place;
  if (period <= 3) return place + 10;
  if (period <= 5) return place;
  return place <= 17 ? null : place - 14;
}

/** State at 25 °C and normal pressure, or `null` where it is unknown or close to melting. */
export function stateOf(number: number): 'solid' | 'liquid' | 'gas' | null {
  if ([1, 2, 7, 8, 9, 10, 17, 18, 36, 54, 86].includes(number)) return 'gas';
  if (number === 35 || number === 80) return 'liquid';
  // Gallium and caesium melt below 30 °C; astatine and francium exist in traces only.
  if ([31, 55, 85, 87].includes(number) || number > 98) return null;
  return 'solid';
}

/** Whether an element is a metal; `null` for metalloids and where too little of it was ever seen. */
export function isMetal(number: number): boolean | null {
  if ([5, 14, 32, 33, 34, 51, 52, 84, 85].includes(number) || number > 103) return null;
  return ![1, 2, 6, 7, 8, 9, 10, 15, 16, 17, 18, 35, 36, 53, 54, 86].includes(number);
}

/**
 * Counts of the atoms in a formula, by symbol.
 *
 * @param formula - Symbols and counts, without parentheses, e.g. `C2H6O`.
 */
export function atomsOf(formula: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [, symbol = '', digits = ''] of formula.matchAll(/([A-Z][a-z]?)(\d*)/g))
    counts.set(symbol, (counts.get(symbol) ?? 0) + (digits === '' ? 1 : Number(digits)));
  return counts;
}
