import { html, type Fragment } from './markup.ts';
import { REPORT_STYLE } from './report-style.ts';

/** Whatever a browser might be talked into, this page loads and runs nothing. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

/**
 * One HTML document with its style inside. It loads nothing, runs no script, and follows the reader's light or dark
 * setting.
 */
export function reportPage(title: string, content: Fragment): string {
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        <style>
          ${REPORT_STYLE}
        </style>
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html> `;
  // Indentation of the templates is half of the page otherwise.
  return page.toString().replace(/\n\s+/g, '\n');
}
