/** Where an adapter acts. */
export const ADAPTER_SCOPES = ['position', 'turn', 'conversation'] as const;

/**
 * `position`: at the confidence prompt's last position alone. `turn`: at the whole confidence question, from
 * the end of the answer on. `conversation`: at every position of every prompt, as the paper does.
 */
export type AdapterScope = (typeof ADAPTER_SCOPES)[number];
