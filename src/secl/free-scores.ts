import type { Score } from '../events/score.ts';
import { missingScore, presentScore, type ScoreOrigin } from './score-of.ts';
import { answerProbability, tokenCertainty } from './token-scores.ts';
import type { WrittenAnswer } from './work.ts';

const NO_NUMBER = 'the answer has no tokens, or a probability that is not a number';

/**
 * The scores that cost nothing: answer probability and token certainty, read off the answer's own tokens.
 *
 * An answer that came with its tokens' probabilities keeps them (its writer may be another model); token
 * certainty is then this model's, and says so.
 */
export function freeScores(answer: WrittenAnswer, origin: ScoreOrigin): Score[] {
  const reported = answer.question.givenAnswer?.tokenLogProbabilities ?? null;
  const probability = answerProbability(
    reported ?? answer.tokens.map((token) => Math.min(0, token.logProbability)),
  );
  const certainty = tokenCertainty(answer.tokens.map((token) => token.entropyNats));
  const normalization = reported === null ? 'none' : 'reported-by-writer';
  return [
    probability === null
      ? missingScore('answerProbability', NO_NUMBER, origin, normalization)
      : presentScore('answerProbability', probability, origin, { normalization }),
    certainty === null
      ? missingScore('tokenCertainty', NO_NUMBER, origin)
      : presentScore('tokenCertainty', certainty, origin, {
          normalization: reported === null ? 'none' : 'entropies-of-this-model',
        }),
  ];
}
