import type { SeededRandom } from '../../random/seeded-random.ts';
import { COMPOUNDS } from '../data/compounds.ts';
import { ELEMENTS, type ChemicalElement } from '../data/elements.ts';
import type { StreamItem } from '../stream-item.ts';
import { atomsOf, groupOf, isMetal, periodOf, stateOf } from './periodic-table.ts';
import { drawn, listed, shortQuestion, type QuestionKind } from './question-kind.ts';

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
  `What is the name of the element with the symbol ${element.symbol}?`,
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

const metals = questions('metal', (element) => {
  const metal = isMetal(element.number);
  return metal === null
    ? null
    : [
        `Is ${element.name} a metal or a nonmetal?`,
        metal ? ['metal', 'metallic'] : ['nonmetal', 'non-metal', 'nonmetallic'],
      ];
});

/** Elements that most people have heard of are among the first 56. */
const COMPARED = 56;

function heavier(random: SeededRandom): StreamItem {
  const a = ELEMENTS[random.integer(COMPARED)];
  const b = ELEMENTS[random.integer(COMPARED)];
  if (a === undefined || b === undefined || a === b) return heavier(random);
  return shortQuestion(
    'chemistry',
    `higher-${a.number}-${b.number}`,
    `Which element has the higher atomic number, ${a.name} or ${b.name}?`,
    namesOf(a.number > b.number ? a : b),
  );
}

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
      `How many atoms does a molecule of ${compound.name}, ${compound.formula}, have?`,
      [total],
    ),
    ...[...counts].map(([symbol, count]) =>
      shortQuestion(
        'chemistry',
        `atoms-${key}-${symbol}`,
        `How many ${nameOfSymbol.get(symbol) ?? symbol} atoms does a molecule of ${compound.name} have?`,
        [count],
      ),
    ),
  ];
});

/** Elements and common compounds. */
export const CHEMISTRY: readonly QuestionKind[] = [
  listed(18, symbols),
  listed(12, elements),
  listed(10, numbers),
  listed(4, numbered),
  listed(3, periods),
  listed(4, groups),
  listed(10, states),
  listed(8, metals),
  drawn(10, 1500, heavier),
  listed(4, neutrons),
  listed(12, formulas),
  listed(5, atoms),
];
