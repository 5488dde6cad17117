/** The style sheet of HTML reports: one column of cards, light by day and dark by night, no outside files. */

const COLOURS = `
:root { color-scheme: light dark;
  --page: #f6f3ec; --card: #fffdf9; --line: #e3dccd; --ink: #23201a; --soft: #6b6455; --accent: #a65f0a; --track: #ece6d9;
  --accepted: #2f7d5b; --excluded: #8c93a8; --refused: #c2483d; --dropped: #8f3b6b;
  --deferred: #cf9420; --planned: #b9ad94; --claimed: #4b7fb5; --unknown: #6a4fb0; }
@media (prefers-color-scheme: dark) { :root {
  --page: #0e121c; --card: #171d2b; --line: #2a3347; --ink: #ece7dc; --soft: #a3a9ba; --accent: #f0b45a; --track: #232b3d;
  --accepted: #4fb388; --excluded: #76809c; --refused: #e5766c; --dropped: #c574a3;
  --deferred: #e0b052; --planned: #5d6274; --claimed: #6ea6e0; --unknown: #a18be6; } }`;

const PAGE = `
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 1120px; margin: 0 auto; padding: 40px 20px 72px; }
h1, h2, h3 { font-family: "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; font-weight: 600; line-height: 1.2; margin: 0; }
h1 { font-size: 34px; } h2 { font-size: 27px; overflow-wrap: anywhere; }
h3 { font-size: 18px; margin-bottom: 14px; }
p { margin: 0; } a { color: var(--accent); }
.masthead { display: flex; align-items: center; gap: 14px; margin-bottom: 6px; }
.masthead svg { width: 38px; height: 38px; color: var(--accent); flex: none; }
.brand { gap: 9px; color: var(--soft); letter-spacing: .04em; } .brand svg { width: 20px; height: 20px; } .brand + .run { margin-top: 18px; }
.soft { color: var(--soft); }
.run { margin-top: 44px; }
.run > header { margin-bottom: 18px; }
.about { font-size: 17px; margin-top: 4px; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 18px; margin-top: 8px; color: var(--soft); font-size: 13.5px; }
.badge { display: inline-block; padding: 1px 10px; border: 1px solid currentColor; border-radius: 99px; font-size: 13px; font-weight: 600; color: var(--accepted); }
.badge.open { color: var(--accent); } .badge.bad { color: var(--refused); }
.card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 20px 22px; margin-top: 16px; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 330px), 1fr)); gap: 16px; margin-top: 16px; }
.columns > .card { margin-top: 0; min-width: 0; }
.alarm { border-color: var(--refused); } .alarm h3 { color: var(--refused); }`;

const FIGURES = `
.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(150px, 1fr)); gap: 16px; }
.figures b { display: block; font: 600 29px/1.2 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; font-variant-numeric: lining-nums; }
.figures span { color: var(--soft); font-size: 13.5px; }
.bar { display: flex; gap: 2px; height: 20px; border-radius: 6px; overflow: hidden; background: var(--track); }
.bar i { display: block; min-width: 3px; }
.thin { height: 8px; border-radius: 4px; }
.legend { display: grid; grid-template-columns: repeat(auto-fill, minmax(116px, 1fr)); gap: 6px 18px; margin: 14px 0 0; padding: 0; list-style: none; }
.legend li { display: flex; align-items: baseline; gap: 8px; }
.legend li.none { opacity: .5; }
.dot { width: 10px; height: 10px; border-radius: 3px; flex: none; }
.legend b, td.count { font-variant-numeric: tabular-nums; }
.legend span { color: var(--soft); }
.equation { margin-top: 14px; font-size: 14px; color: var(--soft); }
.meter { margin-top: 12px; } .meter > div:first-child { display: flex; justify-content: space-between; gap: 12px; }
${['accepted', 'excluded', 'refused', 'dropped', 'deferred', 'planned', 'claimed', 'unknown']
  .map((state) => `.is-${state} { background: var(--${state}); }`)
  .join('\n')}
.is-stage { background: var(--accent); }`;

const AUDIENCES = `
.wide { grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); }
.audience .top { display: flex; justify-content: space-between; align-items: flex-start; gap: 18px; }
.audience h3 { margin-bottom: 2px; overflow-wrap: anywhere; }
.history { flex: none; max-width: 45%; } .history .before { fill: var(--planned); } .history .now { fill: var(--accent); }
.size { margin: 12px 0 10px; } .size b { font: 600 24px/1.2 "Iowan Old Style", "Palatino Linotype", Palatino, Georgia, serif; font-variant-numeric: lining-nums; }
.keys .legend { grid-template-columns: repeat(auto-fill, minmax(min(100%, 210px), 1fr)); margin-top: 10px; }
.is-part-0 { background: var(--accepted); } .is-part-1 { background: var(--claimed); }
.is-part-2 { background: var(--deferred); } .is-part-3 { background: var(--unknown); }
.is-held { background: repeating-linear-gradient(45deg, var(--dropped) 0 4px, transparent 4px 7px); }
.is-left-out { background: var(--excluded); opacity: .55; }
.since { margin: -8px 0 10px; }
table.formats { margin-top: 16px; min-width: 0; } .small { color: var(--refused); }
.notes ul { margin: 0; padding: 0; list-style: none; } .notes li { display: flex; gap: 12px; margin-top: 6px; }
.notes h3 { margin-bottom: 8px; } .notes b { flex: none; width: 68px; color: var(--soft); font-weight: 600; } .notes .warning b { color: var(--refused); }
details summary { cursor: pointer; } details summary h3 { display: inline; } details[open] summary { margin-bottom: 14px; }`;

const TABLES = `
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; min-width: 560px; font-size: 14px; }
th { text-align: left; font-weight: 600; color: var(--soft); font-size: 12.5px; }
th, td { padding: 6px 14px 6px 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child td { border-bottom: 0; }
.count { text-align: right; white-space: nowrap; }
.name { white-space: nowrap; }
code { font: 12.5px/1.5 ui-monospace, "SF Mono", Menlo, Consolas, monospace; overflow-wrap: anywhere; }
.hash { color: var(--soft); }
dl { display: grid; grid-template-columns: auto 1fr; gap: 4px 18px; margin: 0; } dt { color: var(--soft); } dd { margin: 0; overflow-wrap: anywhere; }
ul.tallies { margin: 10px 0 0; padding: 0; list-style: none; } ul.tallies li { display: flex; gap: 10px; }
ul.tallies b { min-width: 58px; text-align: right; font-variant-numeric: tabular-nums; }`;

const MAILS = `
.mails { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 310px), 1fr)); gap: 18px; }
.mail { display: flex; flex-direction: column; border: 1px solid var(--line); border-radius: 14px; overflow: hidden; background: var(--page); min-width: 0; }
.mail figcaption { padding: 12px 16px; border-bottom: 1px solid var(--line); font-size: 13px; }
.mail figcaption b { display: block; font-size: 15px; overflow-wrap: anywhere; }
.mail figcaption span { display: block; color: var(--soft); overflow-wrap: anywhere; }
figure { margin: 0; }
iframe { display: block; width: 100%; flex: 1; min-height: 620px; border: 0; background: #fff; color-scheme: light; }
@media print { body { background: none; } .card, .mail { break-inside: avoid; } }`;

/** On a telephone the state and the result of a run stand below its name. */
const TELEPHONE = `
@media (max-width: 560px) {
  .figures b { font-size: 24px; overflow-wrap: anywhere; }
  .runs, .runs tbody { display: block; min-width: 0; } .runs tr:first-child { display: none; } .runs tr { display: block; padding: 10px 0; border-bottom: 1px solid var(--line); } .runs tr:last-child { border: 0; }
  .runs td { display: block; padding: 0; border: 0; white-space: normal; overflow-wrap: anywhere; } .runs td:nth-child(2) { color: var(--soft); }
  .runs td:nth-child(3), .runs td:nth-child(4) { display: inline; } .runs td:nth-child(3)::after { content: ": "; }
}`;

/** The whole style sheet. */
export const STYLE = `${COLOURS}${PAGE}${FIGURES}${TABLES}${AUDIENCES}${MAILS}${TELEPHONE}\n`;
