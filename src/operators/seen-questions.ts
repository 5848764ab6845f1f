/** Where a question id was seen. */
export interface SeenQuestion {
  /** Offset of its first record that has not been forgotten since. */
  readonly offset: number;
  /** Ordinal of its newest record among the records consumed; decides when it is forgotten. */
  readonly ordinal: number;
}

/** Ordinals in a block: what one batch copies, against how many blocks a look-up goes through. */
const BLOCK = 512;

type Block = ReadonlyMap<string, SeenQuestion>;

/**
 * Question ids and where they were seen, in order of ordinals. Never changes: {@link SeenQuestions.change} gives
 * others, which share with these what they have in common, so that a batch copies a few hundred entries instead of
 * all of them.
 */
export class SeenQuestions implements Iterable<readonly [string, SeenQuestion]> {
  static readonly NONE = new SeenQuestions(new Map());
  /** By ordinal over the size of a block, ascending; none is empty. */
  readonly blocks: ReadonlyMap<number, Block>;

  private constructor(blocks: ReadonlyMap<number, Block>) {
    this.blocks = blocks;
  }

  /** How many ids are known. */
  get size(): number {
    let size = 0;
    for (const block of this.blocks.values()) size += block.size;
    return size;
  }

  /** `undefined` if the id is not known. */
  get(id: string): SeenQuestion | undefined {
    return find(this.blocks, id);
  }

  /** Ids with their places, the smallest ordinal first. */
  *[Symbol.iterator](): Iterator<readonly [string, SeenQuestion]> {
    for (const block of this.blocks.values()) yield* block;
  }

  /** These after what `work` does to a draft of them. */
  change(work: (draft: SeenDraft) => void): SeenQuestions {
    const draft = new SeenDraft(this.blocks);
    work(draft);
    return new SeenQuestions(draft.blocks);
  }
}

/** Questions being changed; not to be kept. */
export class SeenDraft {
  readonly blocks: Map<number, Block>;
  /** Blocks that are the draft's own. */
  readonly #own = new Map<number, Map<string, SeenQuestion>>();

  /** @param blocks - Not mutated. */
  constructor(blocks: ReadonlyMap<number, Block>) {
    this.blocks = new Map(blocks);
  }

  get(id: string): SeenQuestion | undefined {
    return find(this.blocks, id);
  }

  /** The one with the smallest ordinal. */
  oldest(): readonly [string, SeenQuestion] | undefined {
    for (const block of this.blocks.values()) for (const entry of block) return entry;
    return undefined;
  }

  /** Adds an id that is not there, with an ordinal above all others'. */
  add(id: string, seen: SeenQuestion): void {
    this.#ownBlock(seen.ordinal).set(id, seen);
  }

  /** Removes an id that is there. */
  remove(id: string, { ordinal }: SeenQuestion): void {
    const block = this.#ownBlock(ordinal);
    block.delete(id);
    if (block.size > 0) return;
    this.blocks.delete(blockOf(ordinal));
    this.#own.delete(blockOf(ordinal));
  }

  #ownBlock(ordinal: number): Map<string, SeenQuestion> {
    const at = blockOf(ordinal);
    let block = this.#own.get(at);
    if (block === undefined) {
      block = new Map(this.blocks.get(at));
      this.#own.set(at, block);
      this.blocks.set(at, block);
    }
    return block;
  }
}

function blockOf(ordinal: number): number {
  return Math.floor(ordinal / BLOCK);
}

function find(blocks: ReadonlyMap<number, Block>, id: string): SeenQuestion | undefined {
  for (const block of blocks.values()) {
    const seen = block.get(id);
    if (seen !== undefined) return seen;
  }
  return undefined;
}
