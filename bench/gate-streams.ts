import { readFile } from 'node:fs/promises';
import type { GateObservation } from '../src/drift/watch.ts';
import { integerBetween } from '../src/random/integer-between.ts';
import type { SeededRandom } from '../src/random/seeded-random.ts';

/** Questions by domain, in the file's order. */
export type Domains = ReadonlyMap<string, readonly GateObservation[]>;

/** A stream, and where something changes in it. */
export interface GateStream {
  readonly observations: readonly GateObservation[];
  /** Index of the first question of each new domain, ascending. */
  readonly changes: readonly number[];
  /** Questions over which each change is spread; 0: abrupt. */
  readonly width: number;
}

interface Row {
  readonly domain: string;
  readonly entropyNats?: number | null;
  readonly answerProbability?: number | null;
  readonly hidden?: string | null;
}

/** Reads cached statistics, one JSON object a line; `hidden` is base64 of little-endian float32. */
export async function readGateDomains(file: string): Promise<Domains> {
  const domains = new Map<string, GateObservation[]>();
  for (const line of (await readFile(file, 'utf8')).split('\n')) {
    if (line.trim() === '') continue;
    const row = JSON.parse(line) as Row;
    const bytes = row.hidden ? Uint8Array.from(Buffer.from(row.hidden, 'base64')) : undefined;
    const rows = domains.get(row.domain) ?? [];
    domains.set(row.domain, rows);
    rows.push({
      entropyNats: row.entropyNats ?? null,
      answerProbability: row.answerProbability ?? null,
      hidden: bytes && new Float32Array(bytes.buffer),
      domain: row.domain,
    });
  }
  return domains;
}

/** A whole number in `[low, high]`, or fewer where there are not so many. */
function lengthIn(random: SeededRandom, low: number, high: number, there: number): number {
  return Math.min(there, integerBetween(random, low, high));
}

/** All domains in a drawn order, 50 to 150 drawn questions of each. */
export function abruptStream(domains: Domains, random: SeededRandom): GateStream {
  const observations: GateObservation[] = [];
  const changes: number[] = [];
  for (const [, rows] of random.shuffle([...domains])) {
    if (observations.length > 0) changes.push(observations.length);
    observations.push(...random.shuffle(rows).slice(0, lengthIn(random, 50, 150, rows.length)));
  }
  return { observations, changes, width: 0 };
}

/**
 * One domain gives way to another: over `width` questions, the share of the new one rises from none to all.
 *
 * @param width - Questions, fewer than a domain has.
 */
export function gradualStream(domains: Domains, width: number, random: SeededRandom): GateStream {
  const [before = [], after = []] = random
    .shuffle([...domains.values()])
    .map((rows) => random.shuffle(rows));
  const start = lengthIn(random, 50, 100, Math.max(0, before.length - width));
  const observations = before.slice(0, start);
  const [old, fresh] = [before.slice(start), [...after]];
  for (let i = 0; i < width; i++) {
    const next = random.next() < (i + 0.5) / width ? fresh.shift() : old.shift();
    if (next !== undefined) observations.push(next);
  }
  observations.push(...fresh.slice(0, 20));
  return { observations, changes: [start], width };
}

/** All questions of one drawn domain in a drawn order: nothing changes. */
export function steadyStream(domains: Domains, random: SeededRandom): GateStream {
  const rows = [...domains.values()][random.integer(domains.size)] ?? [];
  return { observations: random.shuffle(rows), changes: [], width: 0 };
}
