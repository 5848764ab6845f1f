// What the command line's help and progress need of the model store, without the store: help loads no library.
export { DEFAULT_MODEL, SOURCE_KINDS, type SourceKind } from '../adapters/hub/catalogue.ts';
export { formatBytes } from '../adapters/hub/disk-space.ts';
