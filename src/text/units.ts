/** Units by their canonical name, with other spellings. Matched only right after a number. */
const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  percent: ['pct', 'percents', 'percentage'],
  dollar: ['dollars', 'usd', 'buck', 'bucks'],
  cent: ['cents'],
  euro: ['euros', 'eur'],
  pound: ['pounds', 'gbp', 'lb', 'lbs'],
  yen: ['jpy'],
  rupee: ['rupees', 'inr'],
  second: ['seconds', 'sec', 'secs'],
  minute: ['minutes', 'min', 'mins'],
  hour: ['hours', 'hr', 'hrs'],
  day: ['days'],
  week: ['weeks'],
  month: ['months'],
  year: ['years', 'yr', 'yrs'],
  millimeter: ['millimeters', 'millimetre', 'millimetres', 'mm'],
  centimeter: ['centimeters', 'centimetre', 'centimetres', 'cm'],
  meter: ['meters', 'metre', 'metres'],
  kilometer: ['kilometers', 'kilometre', 'kilometres', 'km', 'kms'],
  inch: ['inches'],
  foot: ['feet', 'ft'],
  yard: ['yards'],
  mile: ['miles'],
  gram: ['grams'],
  kilogram: ['kilograms', 'kg', 'kgs', 'kilos'],
  ounce: ['ounces', 'oz'],
  ton: ['tons', 'tonne', 'tonnes'],
  liter: ['liters', 'litre', 'litres'],
  gallon: ['gallons'],
  mph: [],
  degree: ['degrees'],
  celsius: [],
  fahrenheit: [],
  atom: ['atoms'],
  neutron: ['neutrons'],
  proton: ['protons'],
};

const UNITS = new Map(
  Object.entries(SPELLINGS).flatMap(([unit, others]) =>
    [unit, ...others].map((spelling): [string, string] => [spelling, unit]),
  ),
);

/** Currency signs by their unit. */
export const CURRENCY_SIGNS: Readonly<Record<string, string>> = {
  $: 'dollar',
  '€': 'euro',
  '£': 'pound',
  '¥': 'yen',
  '₹': 'rupee',
};

/** The canonical name of a unit's spelling, or `undefined` for what is no known unit. */
export function unitOf(word: string): string | undefined {
  return UNITS.get(word);
}
