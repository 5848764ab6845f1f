import type { Leavings } from './fault-round.ts';

/** Differences shown, at most. */
const SHOWN = 10;

function compareMaps(
  what: string,
  found: ReadonlyMap<string, string>,
  wanted: ReadonlyMap<string, string>,
): string[] {
  const names = new Set([...found.keys(), ...wanted.keys()]);
  return [...names]
    .filter((name) => found.get(name) !== wanted.get(name))
    .map((name) => `${what} ${name}: ${found.get(name)} instead of ${wanted.get(name)}`);
}

/**
 * What a round lost, wrote twice, or has otherwise than the undisturbed run.
 *
 * @param wanted - Of the undisturbed run.
 * @returns Sentences; none when all is well.
 */
export function compareLeavings(found: Leavings, wanted: Leavings): readonly string[] {
  const faults: string[] = [];
  for (const [id, answers] of found.answers) {
    if (answers.length !== 1) faults.push(`${id} was answered ${answers.length} times`);
  }
  for (const id of wanted.answers.keys()) {
    if (!found.answers.has(id)) faults.push(`${id} was not answered`);
  }
  const only = (leavings: Leavings): Map<string, string> =>
    new Map([...leavings.answers].map(([id, answers]) => [id, answers.join('\n')]));
  faults.push(
    ...compareMaps('answer', only(found), only(wanted)),
    ...compareMaps('state', found.state, wanted.state),
  );
  for (const list of ['adapters', 'decisions'] as const) {
    if (found[list].join('\n') !== wanted[list].join('\n')) {
      faults.push(`${list}: ${found[list].length}, other than the ${wanted[list].length} wanted`);
    }
  }
  return faults.map((sentence) => sentence.slice(0, 600)).slice(0, SHOWN);
}
