/** Header of a dead letter that says which training batch was refused; the trainer service writes the same. */
export const BATCH_HEADER = 'secl-batch-id';
