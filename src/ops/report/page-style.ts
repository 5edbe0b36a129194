/** Light or dark as the reader's system is; narrow screens get one column. */
export const PAGE_STYLE = `
:root{color-scheme:light dark;--ground:#f6f7f9;--card:#fff;--ink:#1b1f27;--soft:#5b6472;--line:#e2e5ea;--answered:#2f6fd0;--unanswered:#d5513b;--open:#b3bac6;--h1:#dbe8fb;--h2:#aecbf3;--h3:#7aa8e6;--h4:#4a84d6;--h5:#1f57ad}
@media (prefers-color-scheme:dark){:root{--ground:#14171c;--card:#1d2128;--ink:#e8ebf0;--soft:#9aa4b2;--line:#303641;--answered:#6ea4f4;--unanswered:#f0806a;--open:#5c6573;--h1:#22344f;--h2:#2d4c79;--h3:#3b69a8;--h4:#5489d3;--h5:#8bb7f7}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif;font-variant-numeric:tabular-nums}
main{max-width:1240px;margin:0 auto;padding:24px 20px 48px}
header p{color:var(--soft);margin:4px 0;max-width:80ch}
h1{font-size:26px;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:15px;margin:0 0 12px}
.note{border-left:3px solid var(--unanswered);padding-left:10px;color:var(--ink)!important}
.none{font-size:18px;padding:48px 0;text-align:center;color:var(--soft)}
section,.tiles>div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:16px}
section{margin-top:16px}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(170px,1fr));gap:12px;margin:20px 0 0}
.tiles dt{color:var(--soft);font-size:13px}
.tiles dd{margin:0;font-size:24px;font-weight:600;line-height:1.3}
.tiles dd.more{font-size:12px;font-weight:400;color:var(--soft)}
.two{display:grid;grid-template-columns:1fr 1fr;gap:16px}
.two section{min-width:0}
svg{display:block;width:100%}
svg.bars{height:180px;border-bottom:1px solid var(--line)}
svg.line{height:14px}
.days{position:relative}.days .most{position:absolute;top:-10px;right:0;font-size:12px;color:var(--soft)}
.axis{display:flex;justify-content:space-between;font-size:12px;color:var(--soft);margin-top:4px}
.legend{display:flex;flex-wrap:wrap;gap:4px 16px;margin:10px 0 0;font-size:12px;color:var(--soft)}
.legend i{display:inline-block;width:10px;height:10px;border-radius:2px;margin-right:6px}
rect.answered,rect.span,rect.dot{fill:var(--answered)}rect.unanswered{fill:var(--unanswered)}rect.open{fill:var(--open)}
rect.catch{fill:transparent}rect.track{fill:var(--line)}rect.span{opacity:.45}
i.answered{background:var(--answered)}i.unanswered{background:var(--unanswered)}i.open{background:var(--open)}
table{width:100%;border-collapse:collapse;font-size:14px}
th{font-weight:400;text-align:left}
.plot th{white-space:nowrap;width:1%;padding-right:12px;color:var(--soft)}
.n{text-align:right;white-space:nowrap;width:1%;padding-left:12px}
.scroll{overflow-x:auto}
.groups thead th{color:var(--soft);font-size:12px;text-align:right;padding:0 0 6px 12px;vertical-align:bottom}
.groups thead th.bar{text-align:left}
.groups tbody th{overflow-wrap:anywhere;min-width:110px;max-width:340px;padding:5px 0}
.groups tbody tr{border-top:1px solid var(--line)}
.groups .bar{min-width:120px;width:26%;padding-left:16px}
.week{display:grid;grid-template-columns:34px repeat(24,1fr);gap:2px;align-items:center}
.week b{font-weight:400;font-size:11px;color:var(--soft);line-height:1;white-space:nowrap;overflow:visible}
.week b:not(.name){width:0}
.week i{height:22px;border-radius:3px;background:var(--ground)}
.week .heat1{background:var(--h1)}.week .heat2{background:var(--h2)}.week .heat3{background:var(--h3)}.week .heat4{background:var(--h4)}.week .heat5{background:var(--h5)}
@media (max-width:800px){.two{grid-template-columns:1fr;gap:0}.tiles{grid-template-columns:1fr 1fr}main{padding:16px 12px 32px}h1{font-size:21px}svg.bars{height:130px}.tiles dd{font-size:20px}.week i{height:16px}}
`;
