import { type GgufMetadata, metadataText } from '../gguf/metadata.ts';
import type { ChatMessage, TokenIds, Tokenizer } from '../ports/tokenizer.ts';
import { bytePairEncoder } from './byte-pair-encoder.ts';
import { parseChatTemplate, type RenderedPiece } from './chat-template.ts';
import { tokenFinder } from './find-tokens.ts';
import { tokenDecoder } from './token-decoder.ts';
import { chatTemplateInvalid } from './tokenizer-fault.ts';
import { readVocabulary } from './vocabulary.ts';
import { wordSplitter } from './word-splitter.ts';

/**
 * Makes the tokenizer of a model from its GGUF metadata alone.
 *
 * Ids equal those of the Hugging Face tokenizer the model was trained with (`word-splitter.ts` says
 * where other readers of GGUF differ). Control tokens count only in the chat template's own text. No
 * begin-of-text token is added unless the template writes one.
 *
 * @throws SeclError `TOKENIZER_UNSUPPORTED` if the vocabulary is not byte-level BPE with known splitting
 *   rules, `CHAT_TEMPLATE_INVALID` if there is a template that cannot be parsed, `GGUF_INVALID` if a key
 *   holds something of another type. A model without template is fine until `encodeChat` is called.
 */
export function createTokenizer(metadata: GgufMetadata): Tokenizer {
  const vocabulary = readVocabulary(metadata);
  const splitWords = wordSplitter(vocabulary.splitting);
  const encodeWord = bytePairEncoder(vocabulary);
  const findControls = tokenFinder(vocabulary.controlIds);
  const findWords = tokenFinder(vocabulary.wordIds);
  const decode = tokenDecoder(vocabulary);
  const source = metadataText(metadata, 'tokenizer.chat_template');
  const template = source === undefined ? undefined : parseChatTemplate(source, vocabulary);

  const encodeInto = (ids: number[], text: string): void => {
    for (const piece of findWords(text)) {
      if (typeof piece === 'number') ids.push(piece);
      else for (const word of splitWords(piece)) for (const id of encodeWord(word)) ids.push(id);
    }
  };

  /** Text between control tokens is encoded as one, whoever wrote its parts, as in training. */
  const encodePieces = (pieces: readonly RenderedPiece[]): number[] => {
    const ids: number[] = [];
    let text = '';
    const flush = (): void => {
      encodeInto(ids, text);
      text = '';
    };
    for (const piece of pieces) {
      for (const found of piece.origin === 'template' ? findControls(piece.text) : [piece.text]) {
        if (typeof found === 'string') text += found;
        else {
          flush();
          ids.push(found);
        }
      }
    }
    flush();
    return ids;
  };

  const render = (messages: readonly ChatMessage[]): readonly RenderedPiece[] => {
    if (template === undefined) throw chatTemplateInvalid('The model file has no chat template');
    return template.render(messages);
  };

  return {
    vocabularySize: vocabulary.tokens.length,
    endTokenIds: vocabulary.endTokenIds,
    encode: (text) => {
      const ids: number[] = [];
      encodeInto(ids, text);
      return ids;
    },
    decode,
    specialTokenId: (text) => vocabulary.controlIds.get(text),
    encodeChat: (messages) => encodePieces(render(messages)),
    encodeFollowUp: (messages, followUp): TokenIds => {
      const before = render(messages);
      // Its text does not matter: what precedes and follows an answer does not depend on it.
      const answer: ChatMessage = { role: 'assistant', content: 'answer' };
      const whole = render([...messages, answer, { role: 'user', content: followUp }]);
      const at = indexAfter(whole, before, answer.content);
      if (at === undefined) {
        throw chatTemplateInvalid('The model’s chat template does not go on from where it stopped');
      }
      return encodePieces(whole.slice(at));
    },
  };
}

/**
 * Where a conversation goes on after an answer: the index of the piece that follows it in `whole`, if
 * everything before reads as `before`, else `undefined`.
 */
function indexAfter(
  whole: readonly RenderedPiece[],
  before: readonly RenderedPiece[],
  answer: string,
): number | undefined {
  const expected = before.map(({ text }) => text).join('');
  let text = '';
  for (const [i, piece] of whole.entries()) {
    if (text === expected && piece.origin === 'message' && piece.text === answer) return i + 1;
    text += piece.text;
  }
  return undefined;
}
