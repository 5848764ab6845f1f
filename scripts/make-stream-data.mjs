/**
 * Writes `src/streams/data/countries.ts` and `elements.ts` from two MIT-licensed packages, with corrections.
 *
 *     npm install --no-save --prefix FOLDER countries-list@3.4.1 chemical-elements@2.3.3
 *     node scripts/make-stream-data.mjs FOLDER
 *
 * The files are committed, so that a stream made with a seed stays the same whatever the packages become.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { format, resolveConfig } from 'prettier';

const folder = process.argv[2];
if (folder === undefined) throw new Error('usage: node scripts/make-stream-data.mjs FOLDER');
const require = createRequire(path.resolve(folder, 'node_modules', 'x.js'));
const VERSIONS = { 'countries-list': '3.4.1', 'chemical-elements': '2.3.3' };
const rootOf = (name) => path.resolve(folder, 'node_modules', name);
for (const [name, version] of Object.entries(VERSIONS)) {
  const found = JSON.parse(readFileSync(path.join(rootOf(name), 'package.json'), 'utf8'));
  if (found.version !== version || found.license !== 'MIT')
    throw new Error(`${name} is ${found.version}, ${found.license}; wanted ${version}, MIT`);
}

/** Not among the 193 members of the United Nations: territories, observers, disputed states. */
const LEFT_OUT = new Set(
  (
    'AC AI AQ AS AW AX BL BM BQ BV CC CK CW CX EH FK FO GF GG GI GL GP GS GU HK HM IM IO JE KY MF MO MP MQ MS NC ' +
    'NF NU PF PM PN PR PS RE SH SJ SX TA TC TF TK TW UM VA VG VI WF XK YT'
  ).split(' '),
);

/** Other names in use today; historical names are no answers. */
const NAMES = {
  AE: ['UAE', 'Emirates'],
  BN: ['Brunei Darussalam'],
  CD: ['DR Congo', 'DRC', 'Congo-Kinshasa', 'Democratic Republic of Congo'],
  CG: ['Congo-Brazzaville', 'Congo Republic'],
  CI: ["Côte d'Ivoire"],
  CN: ["People's Republic of China", 'PRC'],
  CV: ['Cape Verde'],
  CZ: ['Czech Republic'],
  FM: ['Federated States of Micronesia'],
  GB: ['UK', 'Britain', 'Great Britain', 'England'],
  IE: ['Republic of Ireland'],
  KG: ['Kyrgyz Republic'],
  KN: ['St Kitts'],
  KP: ['DPRK', "Democratic People's Republic of Korea"],
  KR: ['Republic of Korea'],
  LA: ['Lao PDR', "Lao People's Democratic Republic"],
  MD: ['Republic of Moldova'],
  MK: ['Macedonia'],
  MM: ['Burma'],
  NL: ['Holland'],
  RU: ['Russian Federation'],
  SY: ['Syrian Arab Republic'],
  SZ: ['Swaziland'],
  TL: ['Timor-Leste'],
  TR: ['Turkey'],
  US: ['United States of America', 'USA', 'US', 'America'],
  VC: ['St Vincent'],
  VN: ['Viet Nam'],
};

/** Names to ask with, where the package's would puzzle. */
const ASKED_AS = { CV: 'Cape Verde', TR: 'Turkey' };

/**
 * Capitals: every seat of government where there are several, other spellings, and former names of the last
 * ten years. An empty list: none that is undisputed and settled, so nothing is asked.
 */
const CAPITALS = {
  BI: [],
  GQ: [],
  IL: [],
  NR: [],
  AT: ['Vienna', 'Wien'],
  AG: ["Saint John's"],
  BE: ['Brussels', 'Bruxelles', 'Brussel'],
  BO: ['Sucre', 'La Paz'],
  CZ: ['Prague', 'Praha'],
  DJ: ['Djibouti', 'Djibouti City'],
  GT: ['Guatemala City', 'Guatemala'],
  GD: ["Saint George's"],
  ID: ['Jakarta', 'Nusantara'],
  IN: ['New Delhi', 'Delhi'],
  IT: ['Rome', 'Roma'],
  KI: ['South Tarawa', 'Tarawa'],
  KW: ['Kuwait City', 'Kuwait'],
  KZ: ['Astana', 'Nur-Sultan'],
  LK: ['Sri Jayawardenepura Kotte', 'Kotte', 'Colombo'],
  LU: ['Luxembourg', 'Luxembourg City'],
  MD: ['Chișinău', 'Kishinev'],
  MM: ['Naypyidaw', 'Nay Pyi Taw'],
  MN: ['Ulaanbaatar', 'Ulan Bator'],
  MX: ['Mexico City', 'Ciudad de México', 'CDMX'],
  PA: ['Panama City', 'Panama'],
  PL: ['Warsaw', 'Warszawa'],
  PT: ['Lisbon', 'Lisboa'],
  PW: ['Ngerulmud', 'Melekeok'],
  SM: ['San Marino', 'City of San Marino'],
  SZ: ['Mbabane', 'Lobamba'],
  TM: ['Ashgabat', 'Ashkhabad'],
  TV: ['Funafuti', 'Vaiaku', 'Fongafale'],
  UA: ['Kyiv', 'Kiev'],
  US: ['Washington, D.C.', 'Washington', 'Washington, District of Columbia'],
  YE: ["Sana'a", 'Aden'],
  ZA: ['Pretoria', 'Cape Town', 'Bloemfontein'],
};

/** On two continents, or counted to another one by some; the Caribbean is often named instead. */
const TWO_CONTINENTS = new Set(
  'AM AZ CY EG GE ID KZ RU TL TR TT AG BB BS CU DM DO GD HT JM KN LC VC'.split(' '),
);

/** Several legal tenders, or one that has changed of late. */
const UNCLEAR_CURRENCY = new Set('BG CU SL VE ZW BT HT LS NA PA SV CL BO UY'.split(' '));

/** Issued alone by one authority, and so the one everyday currency of a country that lists funds beside it. */
const MAIN_CURRENCY = { CH: 'CHF', US: 'USD' };

const CONTINENTS = {
  AF: 'Africa',
  AS: 'Asia',
  EU: 'Europe',
  NA: 'North America',
  OC: 'Oceania',
  SA: 'South America',
};

const source = JSON.parse(
  readFileSync(path.join(rootOf('countries-list'), 'countries.min.json'), 'utf8'),
);
const countries = Object.entries(source)
  .filter(([code]) => !LEFT_OUT.has(code))
  .map(([code, country]) => {
    const currency =
      MAIN_CURRENCY[code] ?? (country.currency.length === 1 ? country.currency[0] : null);
    const phone = country.phone.length === 1 ? String(country.phone[0]) : '';
    const name = ASKED_AS[code] ?? country.name;
    return {
      code,
      name,
      otherNames: (NAMES[code] ?? [])
        .concat(name === country.name ? [] : [country.name])
        .filter((n) => n !== name),
      capitals: CAPITALS[code] ?? [country.capital],
      continent: TWO_CONTINENTS.has(code) ? null : CONTINENTS[country.continent],
      currency: UNCLEAR_CURRENCY.has(code) ? null : currency,
      // Members of the North American plan share +1; Russia and Kazakhstan share +7.
      callingCode: phone === '' || phone.startsWith('1') || phone === '7' ? null : phone,
    };
  });
if (countries.length !== 193) throw new Error(`${countries.length} countries, wanted 193`);

const { elementsAndIsotopes } = require('chemical-elements/lib/src/elementsAndIsotopes.js');
/** Spellings beside the package's. */
const SPELLINGS = {
  Aluminum: ['Aluminium'],
  Aluminium: ['Aluminum'],
  Cesium: ['Caesium'],
  Caesium: ['Cesium'],
  Sulfur: ['Sulphur'],
  Sulphur: ['Sulfur'],
};
const elements = elementsAndIsotopes
  .filter((element) => element.number >= 1 && element.number <= 118)
  .map((element) => ({
    number: element.number,
    symbol: element.symbol,
    name: element.name.toLowerCase(),
    otherNames: (SPELLINGS[element.name] ?? []).map((name) => name.toLowerCase()),
    // Mass numbers of the isotopes found in nature, the most abundant first.
    isotopes: element.isotopes
      .filter((isotope) => (isotope.abundance ?? 0) > 0)
      .sort((a, b) => b.abundance - a.abundance)
      .slice(0, 3)
      .map((isotope) => isotope.nominal),
  }));
if (elements.length !== 118) throw new Error(`${elements.length} elements, wanted 118`);

const options = await resolveConfig('src/streams/data/countries.ts');
const write = async (file, text) =>
  writeFileSync(file, await format(text, { ...options, parser: 'typescript' }));

await write(
  'src/streams/data/countries.ts',
  `// Written by scripts/make-stream-data.mjs from countries-list 3.4.1 (MIT, Copyright (c) 2014 Annexare Studio),
// with corrections that the script lists. Do not edit by hand.

/** A member of the United Nations. */
export interface Country {
  /** ISO 3166-1, two letters. */
  readonly code: string;
  readonly name: string;
  /** Other names in use today. */
  readonly otherNames: readonly string[];
  /** Every city that counts as its capital, the one to ask about first; empty where that is disputed. */
  readonly capitals: readonly string[];
  /** \`null\` where a country lies on two, or is often counted elsewhere. */
  readonly continent: string | null;
  /** ISO 4217, three letters; \`null\` where there are several, or one that changed of late. */
  readonly currency: string | null;
  /** Digits after the plus; \`null\` where countries share one. */
  readonly callingCode: string | null;
}

const TABLE = \`
${countries
  .map((c) =>
    [
      c.code,
      c.name,
      c.otherNames.join(';'),
      c.capitals.join(';'),
      c.continent ?? '',
      c.currency ?? '',
      c.callingCode ?? '',
    ].join('|'),
  )
  .join('\n')}
\`;

const listOf = (cell: string): string[] => (cell === '' ? [] : cell.split(';'));

/** All 193 members, by code. */
export const COUNTRIES: readonly Country[] = TABLE.trim()
  .split('\\n')
  .map((row) => {
    const [code = '', name = '', others = '', capitals = '', continent, currency, calling] = row.split('|');
    return {
      code,
      name,
      otherNames: listOf(others),
      capitals: listOf(capitals),
      continent: continent || null,
      currency: currency || null,
      callingCode: calling || null,
    };
  });
`,
);
await write(
  'src/streams/data/elements.ts',
  `// Written by scripts/make-stream-data.mjs from chemical-elements 2.3.3 (MIT, Copyright (c) 2017 cheminfo).
// Do not edit by hand.

/** A chemical element. */
export interface ChemicalElement {
  /** Atomic number, from 1. */
  readonly number: number;
  readonly symbol: string;
  readonly name: string;
  /** Other spellings of the name. */
  readonly otherNames: readonly string[];
  /** Mass numbers of its isotopes found in nature, the most abundant first, three at most. */
  readonly isotopes: readonly number[];
}

const TABLE = \`
${elements
  .map((e) => [e.number, e.symbol, e.name, e.otherNames.join(';'), e.isotopes.join(';')].join('|'))
  .join('\n')}
\`;

const listOf = (cell: string): string[] => (cell === '' ? [] : cell.split(';'));

/** All 118 elements, by number. */
export const ELEMENTS: readonly ChemicalElement[] = TABLE.trim()
  .split('\\n')
  .map((row) => {
    const [number = '', symbol = '', name = '', others = '', isotopes = ''] = row.split('|');
    return {
      number: Number(number),
      symbol,
      name,
      otherNames: listOf(others),
      isotopes: listOf(isotopes).map(Number),
    };
  });
`,
);
