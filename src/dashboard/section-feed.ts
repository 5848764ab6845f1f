/** What a reader gets who knows some revision. */
export interface FeedMessage {
  /** Names the revision that the reader then knows. */
  readonly id: string;
  /** Whether it holds every section, and what the reader knew is to be forgotten. */
  readonly full: boolean;
  /** `{ "full": …, "sections": { NAME: … } }`, on one line. */
  readonly json: string;
}

/** Sections of a view, each with the revision that changed it last. */
export interface SectionFeed {
  /** Takes a view in. @returns Whether any section changed. */
  publish(sections: Readonly<Record<string, unknown>>): boolean;
  /**
   * What changed since a revision; everything, for one that this feed never gave out.
   *
   * @returns `null` if nothing changed.
   */
  since(id: string | undefined): FeedMessage | null;
}

/**
 * Makes a {@link SectionFeed}. No reader has a queue: whoever was slow or away gets the newest state of what changed
 * meanwhile.
 *
 * @param epoch - Tells this feed's revisions from another process's; without a dot.
 */
export function createSectionFeed(epoch: string): SectionFeed {
  const sections = new Map<string, { json: string; revision: number }>();
  let revision = 0;

  const knownRevision = (id: string | undefined): number => {
    const [of, number] = (id ?? '').split('.');
    const known = Number(number);
    return of === epoch && Number.isInteger(known) && known >= 0 && known <= revision ? known : 0;
  };
  return {
    publish: (view) => {
      const changed = Object.entries(view)
        .map(([name, value]) => [name, JSON.stringify(value)] as const)
        .filter(([name, json]) => sections.get(name)?.json !== json);
      if (changed.length === 0) return false;
      revision += 1;
      for (const [name, json] of changed) sections.set(name, { json, revision });
      return true;
    },
    since: (id) => {
      const known = knownRevision(id);
      if (known === revision) return null;
      const parts = [...sections]
        .filter(([, section]) => section.revision > known)
        .map(([name, { json }]) => `${JSON.stringify(name)}:${json}`);
      const full = known === 0;
      return {
        id: `${epoch}.${revision}`,
        full,
        json: `{"full":${full},"sections":{${parts.join(',')}}}`,
      };
    },
  };
}
