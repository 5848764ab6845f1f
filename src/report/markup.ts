/** Text that is HTML already. Only {@link html} makes it, so whatever else is put into a page is escaped. */
export class Markup {
  readonly #text: string;

  private constructor(text: string) {
    this.#text = text;
  }

  /** Marks text as HTML without looking at it: for this file, and for constants such as a style sheet. */
  static trusted(text: string): Markup {
    return new Markup(text);
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: text and numbers are escaped, markup and lists of it are not. */
export type Fragment = string | number | Markup | readonly Fragment[];

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that HTML forbids even escaped, lone surrogates, and marks that reorder what stands around them. */
const UNSHOWABLE = /[^\P{Cc}\t\n\r]|\p{Cs}|[\u202a-\u202e\u2066-\u2069\ufffe\uffff]/gu;

/** Text as it stands safely in an element or a quoted attribute. */
export function escapeText(text: string): string {
  return text
    .replace(UNSHOWABLE, '\u{fffd}')
    .replace(/[&<>"']/g, (letter) => ESCAPES[letter] as string);
}

/** A fragment as HTML. */
function render(fragment: Fragment): string {
  if (fragment instanceof Markup) return fragment.toString();
  if (typeof fragment === 'string') return escapeText(fragment);
  if (typeof fragment === 'number') return String(fragment);
  return fragment.map(render).join('');
}

/**
 * Tagged template for HTML and SVG: everything interpolated is escaped, unless it is markup itself, so
 * that a domain called `<b>` is shown as just that.
 */
export function html(parts: TemplateStringsArray, ...fragments: readonly Fragment[]): Markup {
  let text = parts[0] ?? '';
  for (const [i, fragment] of fragments.entries()) {
    text += render(fragment) + (parts[i + 1] ?? '');
  }
  return Markup.trusted(text);
}
