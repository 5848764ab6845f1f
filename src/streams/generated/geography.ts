import { COUNTRIES, type Country } from '../data/countries.ts';
import { normalizeAnswer } from '../../text/answer-words.ts';
import type { StreamItem } from '../stream-item.ts';
import { listed, shortQuestion, type QuestionKind } from './question-kind.ts';

/** Countries whose name takes an article in a sentence. */
const WITH_ARTICLE = new Set('AE BS CD CF CG DO GB GM KM MH MV NL PH SB SC US'.split(' '));

/** Countries that share a name with a neighbour, so that a short answer could mean either. */
const SHARED_NAME = new Set(['CD', 'CG']);

/** North America from Belize to Panama has a name of its own. */
const CENTRAL_AMERICA = new Set('BZ CR GT HN NI PA SV'.split(' '));

function inSentence(country: Country): string {
  return WITH_ARTICLE.has(country.code) ? `the ${country.name}` : country.name;
}

function questions(
  kind: string,
  ask: (country: Country) => readonly [string, readonly string[]] | null,
): StreamItem[] {
  return COUNTRIES.flatMap((country) => {
    const asked = ask(country);
    return asked === null
      ? []
      : [shortQuestion('geography', `${kind}-${country.code.toLowerCase()}`, asked[0], asked[1])];
  });
}

/** Whether a name gives a capital away or the other way round: Panama and Panama City. */
function givesAway(country: Country): boolean {
  const name = normalizeAnswer(country.name);
  return country.capitals.some((capital) => {
    const other = normalizeAnswer(capital);
    return name.includes(other) || other.includes(name);
  });
}

const capitals = questions('capital', (country) =>
  country.capitals.length === 0 || givesAway(country)
    ? null
    : [`What is the capital of ${inSentence(country)}?`, country.capitals],
);

const countries = questions('country', (country) => {
  const [capital] = country.capitals;
  if (capital === undefined || SHARED_NAME.has(country.code) || givesAway(country)) return null;
  return [`${capital} is the capital of which country?`, [country.name, ...country.otherNames]];
});

const CONTINENT_NAMES: Readonly<Record<string, readonly string[]>> = {
  'North America': ['North America', 'Americas', 'America'],
  'South America': ['South America', 'Americas', 'America'],
  Oceania: ['Oceania', 'Australia', 'Australia and Oceania'],
};

const continents = questions('continent', (country) => {
  const { continent } = country;
  // Australia is a continent's name too.
  if (continent === null || country.code === 'AU') return null;
  const names = CONTINENT_NAMES[continent] ?? [continent];
  const region = CENTRAL_AMERICA.has(country.code) ? ['Central America'] : [];
  return [`On which continent is ${inSentence(country)}?`, [...names, ...region]];
});

const codes = questions('code', (country) =>
  // GB is what the standard says and UK is what many say: no fair question.
  country.code === 'GB'
    ? null
    : [`What is the two-letter ISO country code of ${inSentence(country)}?`, [country.code]],
);

const currencies = questions('currency', (country) =>
  country.currency === null
    ? null
    : [`What is the three-letter currency code of ${inSentence(country)}?`, [country.currency]],
);

const callingCodes = questions('calling', (country) =>
  country.callingCode === null
    ? null
    : [
        `What is the international calling code of ${inSentence(country)}?`,
        [`+${country.callingCode}`, `00${country.callingCode}`],
      ],
);

/** Countries of the world: capitals, continents and codes. */
export const GEOGRAPHY: readonly QuestionKind[] = [
  listed(30, capitals),
  listed(20, countries),
  listed(15, continents),
  listed(15, codes),
  listed(12, currencies),
  listed(8, callingCodes),
];
