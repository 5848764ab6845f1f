import { Markup } from './markup.ts';

/**
 * The page's style sheet: light and dark by the reader's preference, no fonts or pictures from
 * elsewhere. Colours are told apart by lightness too, for readers who do not see hue.
 */
export const REPORT_STYLE = Markup.trusted(`
:root {
  color-scheme: light dark;
  --page: #ffffff; --panel: #f7f8fa; --ink: #1b1f24; --quiet: #5b6470; --line: #d9dee4;
  --confidence: #1f5fbf; --accuracy: #0b7a55; --ece: #c2410c; --floor: #d5d9df; --floor-ink: #8a93a0;
  --tone0: #4e79a7; --tone1: #e0a030; --tone2: #59a14f; --tone3: #b07aa1; --tone4: #76b7b2; --tone5: #9c755f;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #14171b; --panel: #1c2026; --ink: #e7eaee; --quiet: #9aa4b1; --line: #333a44;
    --confidence: #7fb0ff; --accuracy: #4fd1a5; --ece: #ff9a5c; --floor: #3a424d; --floor-ink: #79838f;
    --tone0: #7fa6d1; --tone1: #e6b65c; --tone2: #86c57c; --tone3: #cda0c1; --tone4: #9ad2ce; --tone5: #bf9c89;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 28px 20px 60px; }
h1 { font-size: 26px; line-height: 1.25; margin: 0 0 4px; overflow-wrap: anywhere; }
h2 { font-size: 19px; margin: 44px 0 6px; }
h3 { font-size: 15px; margin: 0 0 2px; overflow-wrap: anywhere; }
p { margin: 4px 0 12px; max-width: 78ch; }
.quiet, figcaption, .scope span { color: var(--quiet); }
.warning { border-left: 4px solid var(--ece); padding: 6px 12px; background: var(--panel); }
.verdict { border: 1px solid var(--line); border-left: 8px solid var(--quiet); border-radius: 8px; background: var(--panel); padding: 10px 16px; margin: 20px 0 0; }
.verdict p { margin: 2px 0; } .verdict .word { font-size: 26px; font-weight: 700; line-height: 1.25; }
.verdict.trust { border-left-color: var(--accuracy); } .verdict.trust .word { color: var(--accuracy); }
.verdict.caution { border-left-color: var(--tone1); } .verdict.do-not-trust { border-left-color: var(--ece); }
.verdict.do-not-trust .word { color: var(--ece); }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 10px; margin: 20px 0 0; }
.tile { background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 10px 14px; }
.tile b { display: block; font-size: 22px; line-height: 1.3; font-variant-numeric: tabular-nums; }
.tile span { color: var(--quiet); font-size: 13px; display: block; }
.grid-of-plots { display: grid; grid-template-columns: repeat(auto-fill, minmax(300px, 1fr)); gap: 16px; }
.grid-of-courses { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(460px, 100%), 1fr)); gap: 16px; }
figure { margin: 0 0 16px; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
[class^='grid-of'] figure { margin: 0; }
figcaption { font-size: 13px; margin-top: 4px; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 12px system-ui, -apple-system, 'Segoe UI', Roboto, Arial, sans-serif; fill: var(--ink); }
svg .tick { fill: var(--quiet); font-size: 11px; } svg .small { font-size: 9px; } svg .name { font-size: 13px; }
.grid { stroke: var(--line); stroke-width: 1; } .axis { stroke: var(--quiet); stroke-width: 1; }
.ideal { stroke: var(--quiet); stroke-dasharray: 4 4; }
.gap { stroke: var(--ece); stroke-width: 5; stroke-opacity: 0.35; }
.whisker { stroke: var(--ink); stroke-width: 1.4; fill: none; }
.point { fill: var(--confidence); stroke: var(--panel); stroke-width: 1.2; }
.diamond { fill: var(--panel); stroke: var(--ece); stroke-width: 2; }
.count { fill: var(--confidence); fill-opacity: 0.45; }
.floor { fill: var(--floor); fill-opacity: 0.75; } .floor-mean { stroke: var(--floor-ink); stroke-width: 2; }
.burst { fill: var(--tone1); fill-opacity: 0.22; } .version { stroke: var(--quiet); stroke-width: 1; }
.boundary { stroke: var(--quiet); stroke-dasharray: 2 3; }
.accuracy-band { fill: var(--accuracy); fill-opacity: 0.16; }
.accuracy-line, .mean-line, .ece-line, .floor-line { fill: none; stroke-width: 2; stroke-linejoin: round; }
.accuracy-line { stroke: var(--accuracy); } .mean-line { stroke: var(--confidence); stroke-dasharray: 7 3; }
.ece-line { stroke: var(--ece); stroke-width: 1.6; } .floor-line { stroke: var(--floor-ink); stroke-width: 1.4; stroke-dasharray: 2 3; }
.tone0 { fill: var(--tone0); } .tone1 { fill: var(--tone1); } .tone2 { fill: var(--tone2); }
.tone3 { fill: var(--tone3); } .tone4 { fill: var(--tone4); } .tone5 { fill: var(--tone5); }
.key { display: flex; flex-wrap: wrap; gap: 4px 20px; list-style: none; padding: 0; margin: 6px 0 12px; font-size: 13px; color: var(--quiet); }
.key li { display: flex; align-items: center; gap: 7px; }
.key svg { width: 30px; height: 14px; flex: none; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 3px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--line); }
th:first-child { text-align: left; font-weight: 400; }
thead th, thead th:first-child { font-weight: 600; border-bottom: 2px solid var(--quiet); }
thead th, tbody th { white-space: normal; overflow-wrap: break-word; }
.scope th { font-weight: 600; padding-top: 16px; white-space: normal; overflow-wrap: anywhere; }
.scope span { font-weight: 400; margin-left: 8px; }
.best { font-weight: 700; } td { position: relative; } td sup { position: absolute; right: 2px; top: 2px; line-height: 1; }
th.words, td.words { text-align: left; white-space: normal; min-width: 12ch; overflow-wrap: anywhere; }
details { margin-top: 6px; font-size: 13px; } summary { cursor: pointer; color: var(--quiet); } details table { font-size: 12px; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 20px; margin: 8px 0; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 13px; }
@media (max-width: 560px) { figure { overflow-x: auto; } :not([class^='grid-of']) > figure > svg { min-width: 640px; } }
@media (max-width: 560px) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 8px; } }
@media print { main { max-width: none; } figure, tr { break-inside: avoid; } }
`);
