import { adapterRefused } from './adapter-refused.ts';

/** What a safetensors header says of one tensor. */
export interface SafetensorsEntry {
  readonly dtype: string;
  /** Whole numbers from 0. */
  readonly shape: readonly number[];
  /** First byte, and the one after the last, counted from the end of the header. */
  readonly begin: number;
  readonly end: number;
}

/** A parsed header. */
export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, SafetensorsEntry>;
  /** `__metadata__`. */
  readonly metadata: ReadonlyMap<string, string>;
}

/** Name that the format reserves for the text beside the tensors. */
export const METADATA_NAME = '__metadata__';

/** Tensors of a file. A rank on all seven projections of 80 layers has 1,120, its optimizer's state twice that. */
const MAX_TENSORS = 16_384;

/** Dimensions of a tensor; LoRA has two. */
const MAX_DIMENSIONS = 8;

/**
 * Parses a safetensors header. The format's own grammar, and no more of JSON than it needs: `JSON.parse` keeps
 * the last of two equal names silently, nests without end, and knows numbers that no offset can be.
 *
 * Names land in a `Map`, so that `__proto__` is a name like any other.
 *
 * @throws SeclError `ADAPTER_REFUSED` for anything else than such a header.
 */
export function parseSafetensorsHeader(text: string): SafetensorsHeader {
  return new HeaderParser(text).header();
}

/** Reads from left to right; every step moves on or throws. */
class HeaderParser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  header(): SafetensorsHeader {
    const entries = new Map<string, SafetensorsEntry>();
    const metadata = new Map<string, string>();
    let hasMetadata = false;
    // The format says that the first byte is the brace: no white space before it.
    if (!this.#text.startsWith('{')) throw damaged('the header does not begin with a brace');
    this.#object((name) => {
      if (name === METADATA_NAME) {
        if (hasMetadata) throw damaged(`${METADATA_NAME} is there twice`);
        hasMetadata = true;
        this.#object((key) => {
          if (metadata.has(key)) throw damaged(`metadata "${key}" is there twice`);
          metadata.set(key, this.#string());
        });
        return;
      }
      if (entries.has(name)) throw damaged(`tensor "${name}" is there twice`);
      if (entries.size >= MAX_TENSORS) throw damaged(`more than ${MAX_TENSORS} tensors`);
      entries.set(name, this.#entry(name));
    });
    if (this.#peek() !== '') throw damaged('text after the header');
    return { entries, metadata };
  }

  #entry(name: string): SafetensorsEntry {
    let dtype: string | undefined;
    let shape: readonly number[] | undefined;
    let offsets: readonly number[] | undefined;
    this.#object((field) => {
      const twice = { dtype, shape, data_offsets: offsets }[field] !== undefined;
      if (twice) throw damaged(`tensor "${name}" has two fields "${field}"`);
      if (field === 'dtype') dtype = this.#string();
      else if (field === 'shape') shape = this.#numbers(MAX_DIMENSIONS);
      else if (field === 'data_offsets') offsets = this.#numbers(2);
      else throw damaged(`tensor "${name}" has an unknown field "${field}"`);
    });
    const [begin, end] = offsets ?? [];
    if (dtype === undefined || shape === undefined || begin === undefined || end === undefined)
      throw damaged(`tensor "${name}" lacks its type, shape or offsets`);
    return { dtype, shape, begin, end };
  }

  /** `{"name": …, …}`; `member` reads each value. */
  #object(member: (name: string) => void): void {
    this.#expect('{');
    if (this.#take('}')) return;
    do {
      const name = this.#string();
      this.#expect(':');
      member(name);
    } while (this.#take(','));
    this.#expect('}');
  }

  /** `[1, 2, …]`, whole numbers from 0 that a double holds exactly. */
  #numbers(most: number): readonly number[] {
    const numbers: number[] = [];
    this.#expect('[');
    if (this.#take(']')) return numbers;
    do {
      if (numbers.length >= most) throw damaged(`a list of more than ${most} numbers`);
      numbers.push(this.#number());
    } while (this.#take(','));
    this.#expect(']');
    return numbers;
  }

  #number(): number {
    this.#skipSpace();
    const digits = this.#match(/(?:0|[1-9][0-9]{0,15})(?![0-9.eE])/y);
    const number = digits === undefined ? NaN : Number(digits);
    if (!Number.isSafeInteger(number))
      throw damaged('a number is not whole, negative or too large');
    return number;
  }

  #string(): string {
    const start = this.#at;
    this.#expect('"');
    const from = this.#at - 1;
    // A loop, since a regular expression's stack grows with the text.
    while (this.#at < this.#text.length && this.#text[this.#at] !== '"')
      this.#at += this.#text[this.#at] === '\\' ? 2 : 1;
    this.#at += 1;
    try {
      return JSON.parse(this.#text.slice(from, this.#at)) as string;
    } catch {
      throw damaged(`a text is malformed at ${start} of the header`);
    }
  }

  #match(sticky: RegExp): string | undefined {
    sticky.lastIndex = this.#at;
    const found = sticky.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** The next character that is no white space, '' at the end. */
  #peek(): string {
    this.#skipSpace();
    return this.#text.charAt(this.#at);
  }

  #take(character: string): boolean {
    const there = this.#peek() === character;
    if (there) this.#at += 1;
    return there;
  }

  #expect(character: string): void {
    if (!this.#take(character))
      throw damaged(`"${character}" is missing at ${this.#at} of the header`);
  }

  #skipSpace(): void {
    this.#match(/[ \t\n\r]*/y);
  }
}

function damaged(reason: string): Error {
  return adapterRefused('DAMAGED', reason);
}
