import { COMPOUNDS } from '../data/compounds.ts';
import { ELEMENTS, type ChemicalElement } from '../data/elements.ts';
import type { StreamItem } from '../stream-item.ts';
import { atomsOf, groupOf, periodOf, stateOf } from './periodic-table.ts';
import { listed, shortQuestion, type QuestionKind } from './question-kind.ts';

function questions(
  kind: string,
  ask: (element: ChemicalElement) => readonly [string, readonly (string | number)[]] | null,
): StreamItem[] {
  return ELEMENTS.flatMap((element) => {
    const asked = ask(element);
    return asked === null
      ? []
      : [shortQuestion('chemistry', `${kind}-${element.number}`, asked[0], asked[1])];
  });
}

const namesOf = (element: ChemicalElement): string[] => [element.name, ...element.otherNames];
const nameOfSymbol = new Map(ELEMENTS.map((element) => [element.symbol, element.name]));

const symbols = questions('symbol', (element) => [
  `What is the chemical symbol of ${element.name}?`,
  [element.symbol],
]);

const elements = questions('element', (element) => [
  `Which chemical element has the symbol ${element.symbol}?`,
  namesOf(element),
]);

const numbers = questions('number', (element) => [
  `What is the atomic number of ${element.name}?`,
  [element.number],
]);

const numbered = questions('numbered', (element) => [
  `Which chemical element has the atomic number ${element.number}?`,
  [...namesOf(element), element.symbol],
]);

const periods = questions('period', (element) => [
  `In which period of the periodic table is ${element.name}? Answer with a number.`,
  [periodOf(element.number), `period ${periodOf(element.number)}`],
]);

const groups = questions('group', (element) => {
  const group = groupOf(element.number);
  return group === null
    ? null
    : [
        `In which group (1 to 18) of the periodic table is ${element.name}?`,
        [group, `group ${group}`],
      ];
});

const states = questions('state', (element) => {
  const state = stateOf(element.number);
  return state === null
    ? null
    : [
        `Is ${element.name} a solid, a liquid or a gas at room temperature?`,
        state === 'gas' ? ['gas', 'gaseous'] : [state],
      ];
});

const neutrons = ELEMENTS.flatMap((element) =>
  element.isotopes.map((mass) =>
    shortQuestion(
      'chemistry',
      `neutrons-${element.name}-${mass}`,
      `How many neutrons are in a nucleus of ${element.name}-${mass}?`,
      [mass - element.number],
    ),
  ),
);

const formulas = COMPOUNDS.map((compound) =>
  shortQuestion(
    'chemistry',
    `formula-${compound.name.replace(/\W+/g, '-')}`,
    `What is the chemical formula of ${compound.name}?`,
    [compound.formula, ...compound.otherFormulas],
  ),
);

const atoms = COMPOUNDS.filter((compound) => compound.molecular).flatMap((compound) => {
  const counts = atomsOf(compound.formula);
  const key = compound.name.replace(/\W+/g, '-');
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [
    shortQuestion(
      'chemistry',
      `atoms-${key}`,
      `How many atoms are in one molecule of ${compound.name}, ${compound.formula}?`,
      [total],
    ),
    ...[...counts].map(([symbol, count]) =>
      shortQuestion(
        'chemistry',
        `atoms-${key}-${symbol}`,
        `How many ${nameOfSymbol.get(symbol) ?? symbol} atoms are in one molecule of ${compound.name}?`,
        [count],
      ),
    ),
  ];
});

/** Elements and common compounds. */
export const CHEMISTRY: readonly QuestionKind[] = [
  listed(18, symbols),
  listed(14, elements),
  listed(14, numbers),
  listed(8, numbered),
  listed(6, periods),
  listed(6, groups),
  listed(6, states),
  listed(8, neutrons),
  listed(12, formulas),
  listed(8, atoms),
];
