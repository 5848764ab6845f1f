// For the command line, which sees this room alone.
export { instantText, isoInstant } from '../events/instant-text.ts';
