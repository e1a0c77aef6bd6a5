/** The whole style of the page. Colours meet WCAG AA on their grounds, light and dark. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --ground: #faf8f5; --card: #ffffff; --ink: #211f26; --soft: #5d5966; --line: #e3ded6;
  --accent: #6236b8; --wash: #f1ebfc; --code: #f4f1eb; --night: #26222e; --night-ink: #f3eefc; --night-soft: #cbbdf0;
  --shadow: 0 1px 2px rgb(40 30 60 / 6%), 0 4px 16px rgb(40 30 60 / 5%);
  --mono: ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #16141a; --card: #201d26; --ink: #efecf4; --soft: #aca6b8; --line: #37323f;
    --accent: #bda4ff; --wash: #2d2540; --code: #2a2631; --night: #0f0d13; --night-ink: #f3eefc; --night-soft: #bda4ff;
    --shadow: none;
  }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--ground); color: var(--ink);
  font: 16px/1.55 system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif;
}
header, main, footer { max-width: 70rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 2rem); }
header { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1rem; padding-top: 1.5rem; padding-bottom: 1.5rem; }
.brand { display: flex; align-items: center; gap: .65rem; margin-right: auto; font-weight: 700; font-size: 1.25rem; letter-spacing: -.01em; }
.brand svg { display: block; width: 2.25rem; height: 2.25rem; }
h1, h2, h3 { line-height: 1.2; letter-spacing: -.015em; text-wrap: balance; }
h1 { margin: .5rem 0 .75rem; font-size: clamp(1.75rem, 5vw, 2.5rem); }
h2 { margin: 3rem 0 .25rem; font-size: 1.5rem; }
h3 { margin: 2rem 0 .75rem; font-size: 1.125rem; }
p { margin: 0 0 1rem; max-width: 44rem; }
a { color: var(--accent); text-underline-offset: .2em; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: .375rem; }
.skip { position: absolute; left: -999rem; top: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 1; }
.skip:focus { left: .5rem; }
.lead { font-size: 1.125rem; color: var(--soft); }
.soft { color: var(--soft); }
.chip {
  display: inline-block; padding: .1rem .6rem; border-radius: 1rem; background: var(--wash); color: var(--accent);
  font-size: .8125rem; font-weight: 600; white-space: nowrap;
}
.chip.plain { background: var(--code); color: var(--soft); }
code { font-family: var(--mono); font-size: .875em; overflow-wrap: anywhere; }
p code, li > code, td code, .token code { padding: .1em .35em; border-radius: .3rem; background: var(--code); }
.try { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); margin-top: 1.5rem; }
figure { position: relative; margin: 0; min-width: 0; border-radius: .875rem; background: var(--night); color: var(--night-ink); overflow: hidden; border: 1px solid var(--line); }
figcaption { padding: .8rem 5.5rem 0 1.1rem; font-size: .8125rem; font-weight: 600; color: var(--night-soft); }
pre { margin: 0; padding: .6rem 1.1rem 1.1rem; white-space: pre-wrap; overflow-wrap: anywhere; font: .8125rem/1.65 var(--mono); }
pre code { font-size: inherit; }
button { font: inherit; cursor: pointer; }
.copy {
  flex: none; padding: .2rem .65rem; min-height: 1.75rem; border: 1px solid var(--line); border-radius: .5rem; background: var(--card); color: var(--ink);
  font-size: .8125rem; font-weight: 600;
}
.copy:hover { border-color: var(--accent); color: var(--accent); }
figure .copy { position: absolute; top: .6rem; right: .6rem; border-color: #5b5269; background: transparent; color: var(--night-ink); }
figure .copy:hover { border-color: var(--night-soft); color: var(--night-soft); }
figure .copy:focus-visible { outline-color: var(--night-soft); }
.people { display: grid; gap: 1rem; grid-template-columns: repeat(auto-fill, minmax(min(100%, 20rem), 1fr)); margin: 0; padding: 0; list-style: none; }
.person { display: flex; flex-direction: column; gap: .75rem; padding: 1.1rem; border: 1px solid var(--line); border-radius: .875rem; background: var(--card); box-shadow: var(--shadow); }
.person > div { min-width: 0; }
.who { display: flex; gap: .85rem; align-items: center; }
.who > div { min-width: 0; overflow-wrap: anywhere; }
.who img { flex: none; width: 3.25rem; height: 3.25rem; border-radius: .75rem; background: var(--code); }
.gone .who img { filter: grayscale(1); opacity: .6; }
.name { margin: 0; font-size: 1.0625rem; font-weight: 650; }
.line { margin: 0; font-size: .875rem; color: var(--soft); overflow-wrap: anywhere; }
.chips { display: flex; flex-wrap: wrap; gap: .4rem; }
.status { padding: .35rem .7rem; border-radius: .6rem; background: var(--code); font-size: .875rem; overflow-wrap: anywhere; }
.token { display: flex; align-items: center; gap: .6rem; justify-content: space-between; padding-top: .75rem; border-top: 1px solid var(--line); margin-top: auto; }
.token code, .handed code { user-select: all; }
details { font-size: .875rem; }
summary { cursor: pointer; color: var(--soft); width: fit-content; }
details p { margin: .5rem 0 0; }
.scroll { overflow-x: auto; border: 1px solid var(--line); border-radius: .875rem; background: var(--card); box-shadow: var(--shadow); }
table { width: 100%; border-collapse: collapse; font-size: .9375rem; }
caption { padding: .85rem 1.1rem .35rem; text-align: left; font-weight: 650; }
th, td { padding: .55rem 1.1rem; text-align: left; vertical-align: baseline; }
th { font-size: .8125rem; color: var(--soft); font-weight: 600; }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-size: inherit; color: inherit; }
.scroll code { white-space: nowrap; }
@media (max-width: 30rem) { th, td { padding-left: .6rem; padding-right: .6rem; } }
.pair { display: flex; flex-wrap: wrap; gap: .4rem .6rem; align-items: center; justify-content: space-between; }
.tables { display: grid; gap: 1.25rem; margin-top: 1.5rem; align-items: start; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
.sheet { max-width: 40rem; margin: 2rem auto; padding: clamp(1.25rem, 5vw, 2.5rem); border: 1px solid var(--line); border-radius: 1.25rem; background: var(--card); box-shadow: var(--shadow); }
.sheet h1 { font-size: clamp(1.5rem, 4vw, 2rem); margin-top: 0; }
.sheet figure { margin-top: 1.5rem; }
.handed { display: flex; flex-wrap: wrap; align-items: center; gap: .75rem; margin: 1.25rem 0; padding: 1rem; border-radius: .75rem; background: var(--wash); }
.handed code { flex: 1; font-size: 1rem; }
.main { padding: .7rem 1.4rem; border: 0; border-radius: .75rem; background: #6236b8; color: #fff; font-weight: 650; }
.main:hover { background: #51299e; }
ol.steps { padding-left: 1.4rem; } ol.steps li { margin: 0 0 1rem; padding-left: .3rem; }
footer { margin-top: 4rem; padding-top: 1.5rem; padding-bottom: 3rem; color: var(--soft); font-size: .875rem; }
.hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (forced-colors: active) { .chip, .status, .main { border: 1px solid; } }
`
