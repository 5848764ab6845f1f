/** Words that are written with a full stop that ends no sentence, as alternatives of a pattern. */
export const ABBREVIATED = [
  ...['st', 'mt', 'ft', 'mr', 'mrs', 'ms', 'dr', 'jr', 'sr', 'vs', 'vol', 'pt', 'fig', 'op'],
  ...['rev', 'prof', 'gen', 'col', 'maj', 'capt', 'lt', 'sgt', 'gov', 'sen', 'rep', 'hon', 'inc'],
  ...['ltd', 'corp', 'co', 'ca', 'approx', 'feat'],
].join('|');
