// For the command line, which sees this room only.
export { spanText } from '../verdict/span-text.ts';
