import { precondition } from '../../errors/secl-error.ts';

/**
 * Fills the gaps of a template. A filling that itself spells a gap stays as it is: questions are data.
 *
 * @throws SeclError `PRECONDITION` if the template has a gap that is not given.
 */
export function fillTemplate(template: string, gaps: Readonly<Record<string, string>>): string {
  return template.replace(/\{([a-z]+)\}/g, (_, name: string) => {
    const filling = gaps[name];
    precondition(filling !== undefined, `the template has a gap {${name}} that nothing fills`);
    return filling;
  });
}
