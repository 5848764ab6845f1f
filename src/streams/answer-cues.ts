/** Words that join an answer to what it answers: what follows the last of them is the answer. */
export const COPULAS = new Set([
  ...['is', 'are', 'was', 'were', 'be', 'been', 'being', 'equals', 'equal', 'called', 'named'],
  ...['its', 'thats', 'hes', 'shes', 'became', 'becomes', 'means'],
]);

/** Words that join as {@link COPULAS} do, with "to" after them: "20 minutes is equal to 1200 seconds". */
export const EQUALS_TO = new Set(['equal', 'equals', 'equivalent', 'amounts', 'comes', 'adds']);

/** Words that may stand right before an accepted answer. */
export const BEFORE = new Set([
  ...['in', 'on', 'at', 'by', 'for', 'from', 'with', 'as', 'into', 'about', 'around'],
  ...['approximately', 'roughly', 'exactly', 'precisely', 'only', 'just', 'simply', 'probably'],
  ...['likely', 'perhaps', 'maybe', 'possibly', 'think', 'believe', 'guess', 'say', 'answer'],
  ...['mr', 'mrs', 'ms', 'dr', 'sir', 'dame', 'lord', 'lady', 'saint', 'professor', 'general'],
  ...['has', 'have', 'had', 'contains', 'contain'],
  ...['captain', 'president', 'king', 'queen', 'emperor', 'empress', 'pope', 'prince', 'princess'],
]);

/** Nouns that may stand before "of" and an accepted answer: "the capital of France", not "Gulf of Mexico". */
export const OF_HEADS = new Set([
  ...['capital', 'city', 'town', 'country', 'nation', 'state', 'republic', 'kingdom', 'island'],
  ...['continent', 'currency', 'name', 'symbol', 'element', 'formula', 'number', 'year', 'month'],
  ...['day', 'total', 'sum', 'result', 'value'],
]);

/** Words that may follow right after an accepted answer. */
export const AFTER = new Set([
  ...['in', 'on', 'at', 'by', 'for', 'from', 'with', 'as', 'who', 'whose', 'which', 'that'],
  ...['where', 'when', 'because', 'since', 'during', 'according', 'has', 'had', 'have', 'would'],
]);

/** Words that open a further remark after a comma, rather than a further candidate. */
export const REMARKS = new Set([
  ...['in', 'on', 'at', 'by', 'for', 'from', 'with', 'as', 'who', 'whose', 'which', 'where'],
  ...['when', 'because', 'since', 'located', 'situated', 'also', 'so', 'it', 'its', 'according'],
  'although',
]);

/** Words that may stand alone before a comma and an accepted answer. */
export const DISCOURSE = new Set([
  ...['yes', 'no', 'well', 'ok', 'okay', 'sure', 'so', 'actually', 'therefore', 'thus', 'hence'],
  ...['correct', 'right', 'indeed'],
]);

/** Words that deny what stands near them. */
export const NEGATIONS = new Set([
  ...['not', 'no', 'never', 'neither', 'nor', 'none', 'cannot', 'except', 'without', 'unlike'],
  ...['instead', 'rather', 'wrong', 'incorrect', 'false', 'untrue', 'isnt', 'wasnt', 'arent'],
  ...['werent', 'doesnt', 'didnt', 'dont', 'cant', 'wont', 'hasnt', 'hadnt', 'havent', 'couldnt'],
]);

/** Words between two candidates. */
export const JOINTS = new Set(['and', 'or', 'nor', 'versus', 'vs', 'either', 'both', 'plus']);
