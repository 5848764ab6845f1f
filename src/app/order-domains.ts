import { createHash } from 'node:crypto';
import { seededRandom } from '../random/seeded-random.ts';
import type { ReplayInput, ReplayItem } from './replay-input.ts';

/** What stands under one domain; lines that cannot be read go with the question before them. */
function blocksOf(items: readonly ReplayItem[]): ReplayItem[][] {
  const blocks = new Map<string | null, ReplayItem[]>();
  let domain: string | null = null;
  for (const item of items) {
    if ('question' in item) domain = item.question.domain;
    const block = blocks.get(domain);
    if (block === undefined) blocks.set(domain, [item]);
    else block.push(item);
  }
  return [...blocks.values()];
}

/**
 * The stream with its domains as blocks in another order; within a domain the order stays.
 *
 * @param order - 0: the stream as it is; every other number is one shuffle of the domains.
 */
export function orderDomains(input: ReplayInput, order: number): ReplayInput {
  if (order === 0) return input;
  const items = seededRandom(order).fork('domain order').shuffle(blocksOf(input.items)).flat();
  const hash = createHash('sha256').update(`${input.hash}\norder ${order}`).digest('hex');
  return { ...input, items, hash };
}

/** Shuffles that are tried for one more order: where as many only repeat what there is, there is no other. */
const MOST_TRIES = 1000;

/**
 * Numbers for {@link orderDomains} under which no two streams are alike, 0 the first: shuffles of few domains repeat each
 * other, and a mean over repeats would pass for one over orders.
 *
 * @param wanted - How many, at least 1.
 * @returns Fewer where the stream's domains have no more orders.
 */
export function distinctOrders(input: ReplayInput, wanted: number): number[] {
  const places = new Map(input.items.map((item, place) => [item, place]));
  const seen = new Set<string>();
  const orders: number[] = [];
  for (let order = 0, tries = 0; orders.length < wanted && tries < MOST_TRIES; order++, tries++) {
    const arrangement = orderDomains(input, order)
      .items.map((item) => places.get(item))
      .join();
    if (seen.has(arrangement)) continue;
    seen.add(arrangement);
    orders.push(order);
    tries = 0;
  }
  return orders;
}

/** A seeded sample of each domain, in the stream's order; of small domains all. */
export function sampleDomains(input: ReplayInput, perDomain: number, seed: number): ReplayInput {
  const random = seededRandom(seed).fork('domain sample');
  const kept = new Set(
    blocksOf(input.items).flatMap((block) => random.shuffle(block).slice(0, perDomain)),
  );
  const hash = createHash('sha256')
    .update(`${input.hash}\nsample ${perDomain} ${seed}`)
    .digest('hex');
  return { ...input, items: input.items.filter((item) => kept.has(item)), hash };
}
