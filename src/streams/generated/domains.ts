import { SeclError } from '../../errors/secl-error.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { StreamItem } from '../stream-item.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { CALENDAR } from './calendar.ts';
import { CHEMISTRY } from './chemistry.ts';
import { GEOGRAPHY } from './geography.ts';
import { allocate, type QuestionKind } from './question-kind.ts';

/** Domains that questions can be generated for, in their default order. */
export const GENERATED_DOMAINS = ['geography', 'chemistry', 'arithmetic', 'calendar'] as const;

/** One of {@link GENERATED_DOMAINS}. */
export type GeneratedDomain = (typeof GENERATED_DOMAINS)[number];

const KINDS: Readonly<Record<GeneratedDomain, readonly QuestionKind[]>> = {
  geography: GEOGRAPHY,
  chemistry: CHEMISTRY,
  arithmetic: ARITHMETIC,
  calendar: CALENDAR,
};

/** Most different questions that a domain can give. */
export function capacityOf(domain: GeneratedDomain): number {
  return KINDS[domain].reduce((sum, kind) => sum + kind.capacity, 0);
}

/**
 * Makes the questions of a domain: different ones, easy and hard kinds in fixed shares, in random order. A
 * question has the same id whatever the seed.
 *
 * @param count - How many, at least 1.
 * @throws SeclError `USAGE` if the domain has fewer questions.
 */
export function generateQuestions(
  domain: GeneratedDomain,
  count: number,
  random: SeededRandom,
): StreamItem[] {
  if (count > capacityOf(domain))
    throw new SeclError(
      'USAGE',
      `${domain} has ${capacityOf(domain)} different questions, ${count} were asked for`,
      { hint: 'Ask for fewer questions per domain.' },
    );
  const own = random.fork(domain);
  const kinds = KINDS[domain];
  const counts = allocate(count, kinds);
  const questions = kinds.flatMap((kind, i) => kind.draw(counts[i] ?? 0, own.fork(`kind ${i}`)));
  return own.shuffle(questions);
}
