/** One message of a conversation. */
export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** Token ids, shape `[T]`, each in `[0, V)`. Never mutated by whoever receives them. */
export type TokenIds = readonly number[];

/**
 * Text to token ids and back, with the model's own vocabulary and chat template. Pure.
 *
 * Texts that come from questions and answers are never read as special tokens: a question that
 * spells `<|im_end|>` is encoded letter by letter.
 */
export interface Tokenizer {
  readonly vocabularySize: number;
  /** Ids that end the model's turn (end of turn, end of text). */
  readonly endTokenIds: TokenIds;
  /** Encodes plain text; special tokens in it are not recognised, none is added. */
  encode(text: string): TokenIds;
  /** Decodes ids; special tokens are left out. Invalid UTF-8 becomes U+FFFD. */
  decode(ids: TokenIds): string;
  /** The id of a special token spelled exactly so, or `undefined`. */
  specialTokenId(text: string): number | undefined;
  /** Encodes a conversation with the model's template, up to where the assistant starts to write. */
  encodeChat(messages: readonly ChatMessage[]): TokenIds;
  /**
   * Encodes what follows after the assistant's text when the conversation goes on with one more user
   * message: the end of the assistant's turn, the user's turn, the start of the assistant's next.
   * Appended to `encodeChat(messages) + ids of the answer` it makes the whole conversation.
   */
  encodeFollowUp(messages: readonly ChatMessage[], followUp: string): TokenIds;
}
