import { BLEND_KINDS, type BlendKind } from '../streams/blend.ts';
import { GENERATED_DOMAINS, type GeneratedDomain } from '../streams/generated/domains.ts';
import { IMPORT_FORMATS } from '../streams/importers/importers.ts';

/** How domains can follow each other, for the command line's help. */
export const BLENDS: readonly BlendKind[] = BLEND_KINDS;
/** One of {@link BLENDS}. */
export type StreamBlend = BlendKind;
/** Domains that can be generated. */
export const DOMAINS: readonly GeneratedDomain[] = GENERATED_DOMAINS;
/** One of {@link DOMAINS}. */
export type StreamDomain = GeneratedDomain;
/** Published formats that can be read. */
export const FORMATS: readonly string[] = IMPORT_FORMATS;
/** Questions of each domain in a stream of full size. */
export const DEFAULT_PER_DOMAIN = 500;
/** Seed where none is given. */
export const DEFAULT_SEED = 1;
