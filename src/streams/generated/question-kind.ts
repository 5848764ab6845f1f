import { precondition } from '../../errors/secl-error.ts';
import type { SeededRandom } from '../../random/seeded-random.ts';
import type { StreamItem } from '../stream-item.ts';

/** One kind of question of a generated domain, e.g. "capital of a country". */
export interface QuestionKind {
  /** Share of the domain's questions, relative to its other kinds. */
  readonly share: number;
  /** Most different questions it can give. */
  readonly capacity: number;
  /** Gives `count` questions with different ids; `count` is at most the capacity. */
  draw(count: number, random: SeededRandom): StreamItem[];
}

/** A short question whose id says what it asks, whatever the seed. */
export function shortQuestion(
  domain: string,
  key: string,
  question: string,
  accepted: readonly (string | number)[],
): StreamItem {
  const answers = [...new Set(accepted.map(String))];
  return {
    id: `${domain}-${key}`,
    domain,
    question,
    style: 'short',
    choices: [],
    accepted: answers,
  };
}

/** A kind with a list of questions. */
export function listed(share: number, questions: readonly StreamItem[]): QuestionKind {
  return {
    share,
    capacity: questions.length,
    draw: (count, random) => random.shuffle(questions).slice(0, count),
  };
}

/**
 * A kind whose questions are made one by one.
 *
 * @param capacity - At most half of the questions there are, so that drawing again on a repeat stays cheap.
 */
export function drawn(
  share: number,
  capacity: number,
  make: (random: SeededRandom) => StreamItem,
): QuestionKind {
  return {
    share,
    capacity,
    draw: (count, random) => {
      precondition(count <= capacity, `a kind has ${capacity} questions at most`);
      const questions = new Map<string, StreamItem>();
      while (questions.size < count) {
        const question = make(random);
        if (!questions.has(question.id)) questions.set(question.id, question);
      }
      return [...questions.values()];
    },
  };
}

/** How many questions each kind gives: by share, largest remainders first, up to its capacity. */
export function allocate(count: number, kinds: readonly QuestionKind[]): number[] {
  const given = kinds.map(() => 0);
  let left = count;
  while (left > 0) {
    const open = kinds.flatMap((kind, i) => (kind.capacity > (given[i] ?? 0) ? [i] : []));
    precondition(open.length > 0, 'the kinds together have as many questions as are asked for');
    const shares = open.reduce((sum, i) => sum + (kinds[i]?.share ?? 0), 0);
    const parts = open.map((i) => {
      const exact = (left * (kinds[i]?.share ?? 0)) / shares;
      return { i, whole: Math.floor(exact), rest: exact - Math.floor(exact) };
    });
    let spare = left - parts.reduce((sum, part) => sum + part.whole, 0);
    for (const { i, whole } of parts.toSorted((a, b) => b.rest - a.rest || a.i - b.i)) {
      const more = spare > 0 ? 1 : 0;
      spare -= more;
      const room = (kinds[i]?.capacity ?? 0) - (given[i] ?? 0);
      const taken = Math.min(room, whole + more);
      given[i] = (given[i] ?? 0) + taken;
      left -= taken;
    }
  }
  return given;
}
