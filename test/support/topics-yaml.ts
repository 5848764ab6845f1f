/** The `topics` of a pipeline in YAML, all under a name of its own: the broker may be somebody's. */
export function topicsYaml(name: string): string {
  return `{ questions: ${name}.q, answers: ${name}.a, feedback: ${name}.f, calibration: ${name}.c, deadLetters: ${name}.d, trainingBatches: ${name}.t, adapters: ${name}.p, adapterDecisions: ${name}.e, alerts: ${name}.w }`;
}
