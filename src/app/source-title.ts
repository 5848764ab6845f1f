// For the command line, which sees this room only.
export { sourceTitle } from '../report/score-title.ts';
