// The style sheet: one accent, tabular figures, readable at 360 px and on A4, contrast 4.5 and up.
#include "reports/render/html_sections.h"

namespace ga {
namespace {

constexpr char kSheet[] = R"css(
:root{--ink:#17212b;--muted:#52606d;--line:#dde3e9;--soft:#f4f6f8;--accent:#174a8b;
--pass:#17694a;--fail:#ad1f17;--border:#875400;--open:#5a4690;--none:#5d6975}
*{box-sizing:border-box}
html{color-scheme:light;-webkit-text-size-adjust:100%;scroll-behavior:smooth}
body{margin:0 auto;max-width:70rem;padding:0 clamp(.9rem,3vw,2.5rem) 4rem;background:#fff;
color:var(--ink);font:400 1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans KR",
"Noto Sans CJK KR","Apple SD Gothic Neo","Malgun Gothic",sans-serif;
font-variant-numeric:tabular-nums;overflow-wrap:break-word}
code,dd,.reasons,.plain,h1,.node{overflow-wrap:anywhere}
:lang(ko){word-break:keep-all}
html:lang(ko) body{font-family:Pretendard,"Apple SD Gothic Neo","Noto Sans KR","Noto Sans CJK KR",
"Malgun Gothic",NanumGothic,system-ui,sans-serif}
h1,h2,h3{line-height:1.25;margin:0}
h2{font-size:1.35rem;font-weight:650;letter-spacing:-.01em;margin-bottom:1rem}
h3{font-size:1rem;font-weight:650}
p{margin:.5rem 0}
a{color:var(--accent);text-underline-offset:.15em}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;
font-size:.88em}
pre{background:var(--soft);border:1px solid var(--line);border-radius:6px;padding:.8rem 1rem;
white-space:pre-wrap}
section{margin-top:3.2rem;scroll-margin-top:1rem}
.muted{color:var(--muted)}.note{font-size:.875rem}
.unseen,.defs{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.skip{position:absolute;left:-99rem}
.skip:focus{left:1rem;top:.5rem;background:#fff;padding:.4rem .8rem;z-index:9}
.i{width:1em;height:1em;flex:none;vertical-align:-.125em}
.v-pass{--v:var(--pass)}.v-fail{--v:var(--fail)}.v-border{--v:var(--border)}
.v-open{--v:var(--open)}.v-none{--v:var(--none)}
.decision{--d:var(--open);margin-top:clamp(1rem,4vw,2.5rem);border-top:6px solid var(--d);
padding-top:1.4rem}
.d-good{--d:var(--pass)}.d-screened{--d:var(--accent)}.d-bad{--d:var(--fail)}
.d-open{--d:var(--border)}.d-rehearsed{--d:var(--open)}
.eyebrow{margin:0;color:var(--muted);font-size:.9rem}
.node{margin:0 0 1.2rem;font-size:1.15rem;font-weight:600}
h1{display:flex;align-items:center;gap:.5em;color:var(--d);font-size:clamp(1.7rem,5.5vw,2.9rem);
font-weight:700;letter-spacing:-.02em}
h1 .i{width:.8em;height:.8em}
.cause{font-weight:600;margin:.3rem 0 0}
.meaning{font-size:1.1rem;max-width:46rem}
.actions{margin-top:1.4rem;background:var(--soft);border-radius:8px;padding:1rem 1.2rem}
.actions h2{font-size:1rem;margin-bottom:.4rem}.actions ol{margin:0;padding-left:1.2rem}
.actions li{margin:.2rem 0}.actions a{margin-left:.3rem}
.banner{border:2px dashed var(--open);border-radius:6px;padding:.6rem .9rem;color:var(--open);
font-weight:600;max-width:46rem}
.binding{color:var(--muted);max-width:46rem;font-size:.95rem}
.counts,.legend,nav ul,.levels,.reasons,.plain{list-style:none;margin:0;padding:0}
.counts{display:flex;flex-wrap:wrap;gap:.5rem 1.6rem;margin-top:1.2rem}
.counts li,.legend li{display:flex;align-items:center;gap:.4em;color:var(--v)}
.counts b{font-size:1.25rem}.counts span{color:var(--ink);font-size:.9rem}
nav{margin-top:1.8rem;border-block:1px solid var(--line);padding:.6rem 0}
nav ul{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;font-size:.9rem}
nav a{display:inline-block;padding:.2rem 0;text-decoration:none}
nav a:hover{text-decoration:underline}
.plain li{padding-left:1.1rem;position:relative;margin:.45rem 0;max-width:52rem}
.plain li::before{content:"";position:absolute;left:0;top:.68em;width:.45rem;height:2px;
background:var(--muted)}
.cards{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,15rem),1fr))}
.four{grid-template-columns:1fr 1fr 1fr minmax(0,1.55fr)}
.card{border:1px solid var(--line);border-radius:8px;padding:1rem 1.1rem;min-width:0}
.card h3{color:var(--accent);font-size:.95rem;margin-bottom:.6rem}
.card dl{margin:.4rem 0}.card dt{color:var(--muted);font-size:.8rem;line-height:1.3}
.card dd{margin:0;font-size:.92rem}
table{border-collapse:collapse;width:100%;font-size:.84rem;line-height:1.4}
th{font-weight:600;text-align:left}
caption{text-align:left;padding-bottom:.5rem;color:var(--muted)}
caption b{color:var(--ink)}
small{display:block;color:var(--muted);font-weight:400;font-size:.92em}
.serials th,.serials td{white-space:nowrap;padding:.1rem .5rem .1rem 0;font-size:.8rem}
.serials thead th{color:var(--muted);font-weight:400}
.levels{margin-top:.4rem;color:var(--muted)}
.levels li{padding:.2rem .7rem;border-left:3px solid var(--line)}
.levels [aria-current]{color:var(--ink);border-color:var(--accent)}
.levels b{margin-left:.5rem;color:var(--accent)}
.columns{display:grid;gap:1rem 2.5rem;grid-template-columns:1fr 1.35fr;margin-bottom:1.4rem}
.scroll{overflow-x:auto}
.legend{display:flex;flex-wrap:wrap;gap:.3rem 1.2rem;margin-bottom:.8rem;font-size:.85rem}
.legend span{color:var(--ink)}
.grid td,.grid thead th:not(:first-child){text-align:center;width:8.4%}
.grid th,.grid td{border-bottom:1px solid var(--line);padding:0}
.grid th{padding:.3rem .5rem .3rem 0}
.grid tbody th{font-weight:400}
.grid thead th{position:sticky;top:0;background:#fff;color:var(--muted);font-weight:400}
.grid .class th{padding-top:1.3rem;color:var(--accent);font-weight:650;font-size:.9rem}
.grid a{display:flex;align-items:center;justify-content:center;gap:.25rem;min-height:1.75rem;
padding:0 .15rem;color:var(--v);text-decoration:none;font-size:.78rem;white-space:nowrap}
.grid a:hover{background:var(--soft)}
.grid .v-fail a{background:var(--fail);color:#fff;font-weight:700}
.grid .v-fail use{color:var(--fail)}
.grid .v-fail .i{color:#fff}
.grid .v-border a{background:#fdf1dc;font-weight:650}
.grid .v-open a{background:#efebf8;font-weight:650}
.finding{border:1px solid var(--line);border-left:5px solid var(--v);border-radius:6px;
padding:1.1rem 1.2rem;margin:1.2rem 0}
.finding h3{display:flex;flex-wrap:wrap;align-items:baseline;gap:.3rem .7rem;font-size:1.05rem}
.number,.unit{color:var(--muted);font-weight:400}
.tag{display:inline-flex;align-items:center;gap:.35em;color:var(--v)}
.message{font-size:1.05rem;font-weight:600}.question{color:var(--muted)}
.reasons li{margin:.35rem 0}
.facts{display:grid;grid-template-columns:minmax(7rem,max-content) minmax(0,1fr);gap:.35rem 1.2rem;
margin:.9rem 0;font-size:.95rem}
.facts dt{color:var(--muted)}.facts dd{margin:0}
.next{font-weight:600}.wrong{color:var(--fail);font-weight:600}
.strips{margin-top:1.3rem}
.strips th,.strips td{padding:.12rem .6rem .12rem 0;vertical-align:middle;white-space:nowrap}
.strips thead th{color:var(--muted);font-weight:400;font-size:.78rem}
.strips .drawing{width:60%;padding-right:.9rem}
.strips .v-fail th,.strips .v-fail .value{color:var(--fail);font-weight:650}
.strips .v-border th,.strips .v-border .value{color:var(--border);font-weight:650}
.value{text-align:right!important;white-space:nowrap}
.strip,.curve{display:block;width:100%;overflow:visible}
.strip{height:1.5rem;background:var(--soft)}
.strip path,.curve path{fill:none;vector-effect:non-scaling-stroke}
.line{stroke:var(--ink);stroke-width:2}
.gross{stroke:var(--ink);stroke-width:1.5;stroke-dasharray:3 3}
.bounds{stroke:#9db9dd;stroke-width:9}
.dots{stroke:var(--accent);stroke-width:4.5;stroke-linecap:round}
tr.v-fail .dots{stroke:var(--fail)}tr.v-fail .bounds{stroke:#e9b3af}
.tables{display:grid;gap:1.4rem 2rem;
grid-template-columns:repeat(auto-fit,minmax(min(100%,29rem),1fr))}
.heat{width:auto;font-size:.78rem}
.heat td{text-align:right;padding:.3rem .42rem;border:2px solid #fff;white-space:nowrap}
.heat th{padding:.3rem .7rem .3rem 0;font-weight:400;color:var(--muted)}
.heat thead th{text-align:right;padding:.3rem .42rem}
.heat thead th:first-child{text-align:left}
.h0{background:#e8f0fa}.h1{background:#d3e2f4}.h2{background:#fbe3bd}
.h3{background:#f2b880}.h4{background:#8f1a13;color:#fff;font-weight:650}
.h2 small,.h3 small{color:var(--ink)}.h4 small{color:#fff}
.self{color:var(--muted);text-align:center!important}
.reading{display:flex;justify-content:space-between;gap:.5rem;font-size:.8rem;margin-top:.5rem}
.reading span{color:var(--muted)}
.curve{height:2.6rem;border-bottom:1px solid var(--line)}
.curve path{stroke:var(--accent);stroke-width:1.3;stroke-linejoin:round}
details{border-bottom:1px solid var(--line)}
summary{cursor:pointer;padding:.7rem 0}
.rows{margin:.3rem 0 1.2rem}
.rows th,.rows td{padding:.32rem .8rem .32rem 0;vertical-align:top;border-top:1px solid var(--line)}
.rows thead th{border-top:0;color:var(--muted);font-weight:400}
.rows tbody th{font-weight:500;min-width:9rem}
.rows tbody th .i{color:var(--v,var(--pass));margin-right:.4em}
.rows td{min-width:3rem}
.parts td,.parts th{white-space:nowrap}
.rows code{overflow-wrap:anywhere}
.numbers .limit{min-width:8rem;color:var(--muted)}.numbers .whole{text-align:left!important}
:target{background:#fff3bf;scroll-margin-top:3rem}
section:target{background:none}
footer{margin-top:4rem;border-top:1px solid var(--line);padding-top:1rem;color:var(--muted);
font-size:.85rem}
@media(max-width:62rem){.four{grid-template-columns:1fr 1fr}}
@media(max-width:46rem){
.four,.columns{grid-template-columns:minmax(0,1fr)}
.wide{display:none}
.grid a span{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.grid{font-size:.74rem}
.facts{grid-template-columns:minmax(0,1fr);gap:0}.facts dd{margin-bottom:.5rem}
.strips .drawing{width:45%}.strips{font-size:.76rem}
section{margin-top:2.4rem}
}
@page{size:A4;margin:14mm 12mm}
@media print{
html{font-size:8.5pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{max-width:none;padding:0}
nav,.skip{display:none}
section{margin-top:1.8rem}
h2,h3,caption,.decision{break-after:avoid}
tr,.card,.finding li,dl,.reading,pre{break-inside:avoid}
.finding,.strips,.heat,.actions,.banner{break-inside:avoid}
.muted{break-after:avoid}.note{break-before:avoid;break-after:auto}
.four{grid-template-columns:1fr 1fr 1fr minmax(0,1.7fr)}
.tables{grid-template-columns:1fr 1fr}.heat{font-size:6.5pt}
thead{display:table-header-group}
.grid thead th{position:static}
.scroll{overflow:visible}
table{font-size:7pt}
.rows th,.rows td{padding-right:.4rem;min-width:0}
.rows tbody th{min-width:0}
.heat td,.heat thead th{padding:.25rem .3rem}
.parts td,.parts th{white-space:normal}
#conditions .cards{grid-template-columns:repeat(4,1fr);gap:.6rem}.card{padding:.6rem .7rem}
details>summary{list-style:none}
details::details-content{content-visibility:visible!important;block-size:auto!important}
a{color:inherit;text-decoration:none}
}
)css";

}  // namespace

void write_style(Html& html) { html.style(kSheet); }

}  // namespace ga
