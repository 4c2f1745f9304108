"""The style of the HTML report: quiet on a screen, black on white on A4."""

STYLE = """
:root { --ok: #1b6e3c; --bad: #a81e1e; --open: #8a5a00; --quiet: #555; --line: #d5d5d5 }
* { box-sizing: border-box }
body { margin: 0 auto; max-width: 52rem; padding: 1.5rem; color: #111; background: #fff;
  font: 1rem/1.5 "Liberation Serif", "Times New Roman", serif; overflow-wrap: anywhere }
h1 { font-size: 1.5rem; margin: 0 } h2 { font-size: 1.15rem; margin: 0 } h3 { font-size: 1rem; margin: 0 0 .3rem }
h4 { font-size: .95rem; margin: .6rem 0 0 } p { margin: .3rem 0 } ul { margin: .1rem 0; padding-left: 1.3rem }
header, .summary { margin-bottom: 1.2rem } header p, footer, small { color: var(--quiet); font-weight: normal }
article { border: 1px solid var(--line); border-left: .4rem solid var(--open); padding: .9rem 1.1rem;
  margin: 0 0 1.2rem }
article > section { border-top: 1px solid var(--line); margin-top: .9rem; padding-top: .7rem }
.verdict { font-size: 1.3rem; font-weight: bold; color: var(--open); margin: .2rem 0 }
.mark { color: var(--open) }
article.TOTAL_PASSED { border-left-color: var(--ok) }
article.TOTAL_FAILED, article.UNREADABLE { border-left-color: var(--bad) }
.TOTAL_PASSED > .verdict, .TOTAL_PASSED > .verdict .mark, section.TOTAL_PASSED .mark { color: var(--ok) }
.TOTAL_FAILED > .verdict, .TOTAL_FAILED > .verdict .mark, section.TOTAL_FAILED .mark { color: var(--bad) }
.UNREADABLE > .verdict, .UNREADABLE > .verdict .mark { color: var(--bad) }
table { border-collapse: collapse; width: 100% }
th { text-align: left; font-weight: normal; color: var(--quiet); width: 11rem;
  vertical-align: top; padding: .1rem .6rem .1rem 0 }
td { padding: .1rem 0; vertical-align: top }
.error h4 { color: var(--bad) } .undecided h4 { color: var(--open) } .info, .info h4 { color: var(--quiet) }
.detail { font-size: .85rem; color: var(--quiet) } .detail ol { margin: .1rem 0; padding-left: 1.5rem }
code { font-size: .75rem }
.advice { background: #f4f4f0; padding: .1rem .8rem .5rem; margin-top: .6rem }
@page { size: A4; margin: 20mm 15mm 20mm 25mm }
@media print { body { max-width: none; padding: 0; font-size: 11pt } section, .advice { break-inside: avoid }
  h2, h3, h4 { break-after: avoid } * { print-color-adjust: exact } }
"""
