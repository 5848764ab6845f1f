import type { ChatMessage, TokenIds, Tokenizer } from '../../ports/tokenizer.ts';
import type { StandInVocabulary } from './stand-in-vocabulary.ts';

/** Texts remembered at most: instructions recur with every question, questions do not. */
const REMEMBERED = 256;

/** A word with the space before it, or one other character. */
const PIECE = / ?[A-Za-z]+|[^]/gu;

/**
 * The stand-in model's tokenizer: known words are one token, other words pairs of letters, anything else
 * its UTF-8 bytes. Chats are written as ChatML.
 */
export class StandInTokenizer implements Tokenizer {
  readonly vocabularySize: number;
  readonly endTokenIds: TokenIds;
  readonly #vocabulary: StandInVocabulary;
  readonly #encoder = new TextEncoder();
  readonly #remembered = new Map<string, TokenIds>();

  constructor(vocabulary: StandInVocabulary) {
    this.#vocabulary = vocabulary;
    this.vocabularySize = vocabulary.size;
    this.endTokenIds = [this.#special('<|im_end|>'), this.#special('<|endoftext|>')];
  }

  encode(text: string): TokenIds {
    const out: number[] = [];
    this.#write(text, out);
    return out;
  }

  decode(ids: TokenIds): string {
    const decoder = new TextDecoder();
    let text = '';
    for (const id of ids)
      if (id < 256) text += decoder.decode(Uint8Array.of(id), { stream: true });
      else {
        text += decoder.decode(); // bytes that a word cuts short are not a character
        if (id < 256 + this.#vocabulary.ids.size) text += this.#vocabulary.texts[id] ?? '';
      }
    return text + decoder.decode();
  }

  specialTokenId(text: string): number | undefined {
    return this.#vocabulary.specials.get(text);
  }

  encodeChat(messages: readonly ChatMessage[]): TokenIds {
    const out: number[] = [];
    for (const { role, content } of messages)
      if (role === 'system') append(out, this.#recurring(role, content));
      else this.#turn(role, content, out);
    this.#open('assistant', out);
    return out;
  }

  encodeFollowUp(_messages: readonly ChatMessage[], followUp: string): TokenIds {
    const out: number[] = [];
    this.#end(out);
    append(out, this.#recurring('user', followUp));
    this.#open('assistant', out);
    return out;
  }

  /** A turn that comes again with other questions. */
  #recurring(role: string, content: string): TokenIds {
    const key = `${role}\n${content}`;
    let ids = this.#remembered.get(key);
    if (ids === undefined) {
      const out: number[] = [];
      this.#turn(role, content, out);
      ids = out;
      if (this.#remembered.size === REMEMBERED) this.#remembered.clear();
      this.#remembered.set(key, ids);
    }
    return ids;
  }

  #write(text: string, out: number[]): void {
    const { ids } = this.#vocabulary;
    for (const piece of text.match(PIECE) ?? []) {
      const id = ids.get(piece);
      if (id !== undefined) out.push(id);
      else if (piece > '\u007f') out.push(...this.#encoder.encode(piece));
      else this.#spell(piece, out);
    }
  }

  /** ASCII, in pairs of small letters where it can. */
  #spell(piece: string, out: number[]): void {
    for (let at = 0; at < piece.length; at++) {
      const pair = this.#vocabulary.ids.get(piece.slice(at, at + 2));
      if (pair === undefined) out.push(piece.charCodeAt(at));
      else {
        out.push(pair);
        at++;
      }
    }
  }

  #turn(role: string, content: string, out: number[]): void {
    this.#open(role, out);
    this.#write(content, out);
    this.#end(out);
  }

  #open(role: string, out: number[]): void {
    out.push(this.#special('<|im_start|>'));
    this.#write(`${role}\n`, out);
  }

  #end(out: number[]): void {
    out.push(this.#special('<|im_end|>'));
    this.#write('\n', out);
  }

  #special(text: string): number {
    return this.#vocabulary.specials.get(text) as number;
  }
}

function append(out: number[], ids: TokenIds): void {
  for (const id of ids) out.push(id);
}
