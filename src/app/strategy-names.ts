// For the command line's help, which loads nothing that runs a comparison.
export { STRATEGY_NAMES } from '../report/compare-summary.ts';
