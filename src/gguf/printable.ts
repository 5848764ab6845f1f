/** Longest text shown, in UTF-16 code units: names from a file may be long. */
const MAX_SHOWN = 300;

/** A message with text of a model file in it, fit for a terminal: no escape sequences, no screens full. */
export function printable(message: string): string {
  const safe = message.replaceAll(/\p{Cc}/gu, '\uFFFD');
  return safe.length > MAX_SHOWN ? `${safe.slice(0, MAX_SHOWN)} …` : safe;
}
