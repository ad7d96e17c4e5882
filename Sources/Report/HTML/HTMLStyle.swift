// layerverify: the style sheet of an HTML report.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0

/// The style sheet and the icons of an HTML report.
enum HTMLStyle {
    /// Icons of 16 units, in the colour of the text around them.
    static let symbols: HTML = """
        <symbol id="icon-verified" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7.5" fill="currentColor"/>\
        <path d="M4.5 8.3l2.4 2.4 4.6-5" fill="none" stroke="var(--page)" stroke-width="1.8"/></symbol>\
        <symbol id="icon-refuted" viewBox="0 0 16 16"><path d="M5 .5h6L15.500 5v6L11 15.500H5L.5 11V5z" fill="currentColor"/>\
        <path d="M5.200 5.200l5.600 5.600M10.800 5.200l-5.600 5.600" fill="none" stroke="var(--page)" stroke-width="1.8"/></symbol>\
        <symbol id="icon-undetermined" viewBox="0 0 16 16"><rect x=".5" y=".5" width="15" height="15" rx="3" fill="currentColor"/>\
        <path d="M5.500 6a2.500 2.500 0 1 1 3.700 2.200Q8 8.900 8 10M8 11.600v1.600" fill="none" stroke="var(--page)" \
        stroke-width="1.7"/></symbol>\
        <symbol id="icon-warning" viewBox="0 0 16 16"><path d="M8 1l7.500 14H.5z" fill="currentColor"/>\
        <path d="M8 6v4M8 11.500V13" stroke="var(--page)" stroke-width="1.6"/></symbol>\
        <symbol id="icon-note" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" \
        stroke-width="1.4"/><path d="M8 7v5M8 4v1.600" stroke="currentColor" stroke-width="1.6"/></symbol>\
        <symbol id="icon-ignored" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" \
        stroke-width="1.4"/><path d="M4 8h8" stroke="currentColor" stroke-width="1.6"/></symbol>\
        <symbol id="icon-nothing" viewBox="0 0 16 16"><circle cx="8" cy="8" r="7" fill="none" stroke="currentColor" \
        stroke-width="1.4" stroke-dasharray="3 2"/></symbol>
        """

    /// The style sheet: colours, the page, its parts, narrow pages, print.
    static var sheet: HTML { colours + page + parts + layers + timeline + narrow + print }

    private static let colours: HTML = """
        :root{color-scheme:light dark;--page:#fff;--panel:#f6f7f9;--text:#1b1f24;--faint:#57606a;--line:#d0d5db;--link:#0b57b0;
        --focus:#0b57b0;--ok:#1a7033;--bad:#b3261e;--open:#835600;--info:#0b5c8a;
        --ok-fill:#bfe5c8;--ok-edge:#6fae7f;--bad-fill:#f6b7b0;--bad-hatch:#e89a92;--bad-edge:#b3261e;
        --open-fill:#f5d88f;--open-hatch:#e6c163;--open-edge:#a87911;--ink:#16210f;--mark:#ffd9a8;--mark-ink:#5b1700;
        --gather:#7a7f99;--read:#3b78c4;--hash:#d98a1f;--contents:#8c8a1a;--whole:#2f9a8f;--judge:#9558b2;--confirm:#c9433a}
        @media (prefers-color-scheme:dark){:root{--page:#14181d;--panel:#1c2128;--text:#e4e7eb;--faint:#a0a9b4;--line:#39414b;
        --link:#86b9f7;--focus:#86b9f7;--ok:#63c984;--bad:#ff8a80;--open:#e5b454;--info:#7cc4ee;
        --ok-fill:#24523a;--ok-edge:#4d8f66;--bad-fill:#74292a;--bad-hatch:#8c3a38;--bad-edge:#ff8a80;
        --open-fill:#5e4713;--open-hatch:#75591b;--open-edge:#d6a53f;--ink:#f3f5f2;--mark:#6b3d00;--mark-ink:#ffe2bd;
        --gather:#8a90ad;--read:#5d98e0;--hash:#e0a04a;--contents:#c5c34a;--whole:#4ab8ac;--judge:#b784d1;--confirm:#ec6f66}}

        """

    private static let page: HTML = """
        *{box-sizing:border-box}
        html{scroll-behavior:auto;-webkit-text-size-adjust:100%}
        body{margin:0 auto;max-width:72rem;padding:1.25rem 1.5rem 3rem;background:var(--page);color:var(--text);
        font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
        h1,h2,h3,h4{line-height:1.25;margin:0;font-weight:650}
        h1{font-size:1.75rem}h2{font-size:1.2rem;margin:2.25rem 0 .75rem}h3{font-size:1.05rem;margin:1.25rem 0 .5rem}
        h4{font-size:.95rem}
        p{margin:.4rem 0}ul,ol{margin:.4rem 0;padding-left:1.3rem}dl,dd{margin:0}
        code{font:.86em/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;unicode-bidi:isolate}
        a{color:var(--link);text-underline-offset:.15em}
        summary{cursor:pointer}
        :focus-visible{outline:2px solid var(--focus);outline-offset:2px;border-radius:2px}
        :target{scroll-margin-top:1rem}
        .icons{position:absolute}
        .icon{width:1em;height:1em;flex:none;vertical-align:-.12em;margin-right:.4em}
        .faint,small,.form,.limit{color:var(--faint)}
        .sr{position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
        .skip{position:absolute;left:-100rem}.skip:focus{left:1rem;top:.5rem;background:var(--page);padding:.3rem .6rem}
        .refuted>h1,.refuted>h3 .icon,.refuted>h3 .word,.refuted>h4 .icon,.refuted .label,li.refuted>.icon,
        .refuted>details>summary>.icon,.again.refuted>.icon{color:var(--bad)}
        .undetermined>h1,.undetermined>h3 .icon,.undetermined>h3 .word,.undetermined>h4 .icon,.undetermined>h4 .label,
        li.undetermined>.icon,.undetermined>details>summary>.icon,.again.undetermined>.icon,.again.undetermined .label,
        .warning>h4 .icon,.warning>h4 .label,.again.warning>.icon,.again.warning .label{color:var(--open)}
        .verified>h1,.verified>h3 .icon,.verified>h3 .word,li.verified>.icon,
        .verified>details>summary>.icon{color:var(--ok)}
        .note>h4 .icon,.note>h4 .label{color:var(--info)}
        .ignored>h3 .icon,.ignored>h3 .word,li.ignored>.icon,.ignored>details>summary>.icon,.ignored>h4 .icon,.ignored>h4 .label,.ignored .label,.nothing>h1{color:var(--faint)}

        """

    // Images outside of the window are not laid out: a page of 10 000 layers is there in 2 s instead of 7.
    private static let parts: HTML = """
        .verdict{border:1px solid var(--line);border-left:6px solid var(--faint);border-radius:6px;padding:1rem 1.25rem;
        background:var(--panel)}
        .verdict .icon{--page:var(--panel)}
        header.verified{border-left-color:var(--ok)}header.refuted{border-left-color:var(--bad);border-left-style:double}
        header.undetermined{border-left-color:var(--open);border-left-style:dashed}
        .lead{font-size:1.05rem}.unchecked{color:var(--faint)}
        .totals{display:flex;flex-wrap:wrap;gap:.6rem 2rem;margin:.9rem 0 .2rem}
        .totals dt{color:var(--faint);font-size:.85rem}.totals dd{font-size:1.15rem;font-variant-numeric:tabular-nums}
        .totals small{display:block;font-size:.8rem}
        .failures ol{list-style:none;padding:0;margin:0;border-top:1px solid var(--line)}
        .failures li{border-bottom:1px solid var(--line);padding:.45rem .2rem}
        .reason{display:block;padding-left:1.5em;color:var(--text)}
        .form{font-weight:400;font-size:.95rem}
        .image{border-top:1px solid var(--line);padding:.25rem 4px 1.25rem;margin:0 -4px}
        @media screen{.image{content-visibility:auto;contain-intrinsic-size:auto 40rem}}
        .word{font-weight:400;font-size:.95rem;margin-left:.35rem}
        .tag{font-weight:400;font-size:.85rem;border:1px solid var(--line);border-radius:3px;padding:0 .4em;white-space:normal}
        .facts>div,.values>div{display:grid;grid-template-columns:6.5rem minmax(0,1fr);gap:.75rem}
        .facts dt,.values dt{color:var(--faint)}
        .digest{user-select:all;cursor:text}
        .finding{border:1px solid var(--line);border-left:4px solid var(--faint);border-radius:4px;padding:.6rem .9rem;
        margin:.75rem 0}
        .finding.refuted{border-left-color:var(--bad)}
        .finding.undetermined,.finding.warning{border-left-color:var(--open);border-left-style:dashed}
        .finding.note{border-left-color:var(--info)}
        .finding.ignored{border-left-style:dotted}
        .message{font-size:1rem;margin:.35rem 0 .5rem}
        .values{margin:.5rem 0;border:1px solid var(--line);border-radius:4px;padding:.35rem .6rem;background:var(--panel)}
        mark{background:var(--mark);color:var(--mark-ink);border-bottom:2px solid currentColor}
        .hint{border-left:3px solid var(--info);padding-left:.6rem}
        .waiver{border-left:3px dotted var(--faint);padding-left:.6rem}
        .explanation{margin-top:.5rem}.explanation>*:not(summary){max-width:48rem}
        .again{padding-left:1.4rem;text-indent:-1.4rem}
        .brief{list-style:none;padding:0}.brief li{padding:.1rem 0}
        footer{margin-top:2.5rem;border-top:1px solid var(--line);color:var(--faint);font-size:.85rem}

        """

    private static let layers: HTML = """
        .bar{display:flex;height:2rem;margin:.75rem 0;gap:2px}
        .bar a{flex:1 1 0;min-width:5px;border-radius:2px;border:1px solid var(--ok-edge);background-color:var(--ok-fill);
        color:var(--ink);text-decoration:none;font-size:.78rem;container-type:inline-size;position:relative;display:block}
        .bar span{display:none;height:100%;align-items:center;justify-content:center;gap:.3em;white-space:nowrap}
        .bar b{border:1px solid currentColor;border-radius:50%;min-width:1.5em;line-height:1.4;text-align:center;font-size:.7rem}
        @container (min-width:2.6rem){.bar span{display:flex}}
        .bar a.refuted{border-color:var(--bad-edge);background-color:var(--bad-fill);background-image:
        repeating-linear-gradient(45deg,transparent 0 5px,var(--bad-hatch) 5px 8px)}
        .bar a.undetermined{border-color:var(--open-edge);border-style:dashed;background-color:var(--open-fill);background-image:
        repeating-linear-gradient(90deg,transparent 0 5px,var(--open-hatch) 5px 7px)}
        .bar a.ignored{border-color:var(--faint);border-style:dotted;background-color:var(--panel)}
        .dense{gap:0}.dense a{min-width:1px;border-width:1px 0 1px 1px;border-radius:0}
        .dense a.refuted,.dense a.undetermined{min-width:max(1px,.35%)}
        .layers>summary{padding:.2rem 0;color:var(--faint)}
        .layers>ol{list-style:none;padding:0;margin:.2rem 0;border-top:1px solid var(--line)}
        .layers li{border-bottom:1px solid var(--line);position:relative}
        .layers li:target{background:var(--panel)}
        .layers li>details>summary{display:grid;align-items:center;gap:0 .6rem;padding:.22rem 0;list-style:none;
        grid-template-columns:2.2rem 1rem 1.9rem 7.6rem 11.5rem 5rem minmax(0,1fr)}
        .layers li>details>summary::-webkit-details-marker{display:none}
        .layers li>details>summary:hover{background:var(--panel)}
        .layers .icon{margin:0}
        .number{text-align:right;color:var(--faint);font-variant-numeric:tabular-nums}
        .share{justify-self:center;border:1px solid currentColor;border-radius:1em;min-width:1.6em;padding:0 .3em;font-size:.72rem;
        line-height:1.5;text-align:center;text-decoration:none}
        .size{font-variant-numeric:tabular-nums;white-space:nowrap;font-size:.9rem}
        .meter{position:relative;height:.65rem;background:var(--panel);border-radius:2px}
        .meter i,.meter b{position:absolute;left:0;top:0;bottom:0;min-width:1px;border-radius:2px}
        .meter i{background:var(--line)}.meter b{background:var(--faint)}
        .command{white-space:nowrap;overflow:hidden;text-overflow:ellipsis;min-width:0}
        .layers li>details>dl{padding:.3rem 0 .7rem 3.4rem;font-size:.92rem}

        """

    private static let timeline: HTML = """
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;padding:0;font-size:.88rem}
        .legend i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.4em}
        .row{display:grid;grid-template-columns:5.5rem minmax(0,1fr);gap:.6rem;align-items:center;margin:2px 0;font-size:.85rem}
        .row>span{color:var(--faint);text-align:right}
        .row svg{width:100%;height:24px;display:block;shape-rendering:crispEdges;background:var(--panel);
        background-image:linear-gradient(var(--line),var(--line)),linear-gradient(var(--line),var(--line)),
        linear-gradient(var(--line),var(--line));background-size:1px 100%;background-repeat:no-repeat;
        background-position:25%,50%,75%}
        .k-gather{fill:var(--gather);background:var(--gather)}.k-read{fill:var(--read);background:var(--read)}
        .k-hash{fill:var(--hash);background:var(--hash)}.k-contents{fill:var(--contents);background:var(--contents)}
        .k-whole{fill:var(--whole);background:var(--whole)}
        .k-judge{fill:var(--judge);background:var(--judge)}.k-confirm{fill:var(--confirm);background:var(--confirm)}
        .axis div{position:relative;height:1.3rem;border-top:1px solid var(--line);color:var(--faint);font-size:.78rem}
        .axis div span{position:absolute;left:0;white-space:nowrap}
        .axis div span:nth-child(2){left:25%;translate:-50%}.axis div span:nth-child(3){left:50%;translate:-50%}
        .axis div span:nth-child(4){left:75%;translate:-50%}.axis div span:nth-child(5){left:auto;right:0}
        .scroll{overflow-x:auto}
        table{border-collapse:collapse;font-size:.88rem;font-variant-numeric:tabular-nums;overflow-wrap:normal}
        th,td{padding:.2rem .7rem;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
        th:first-child{text-align:left}

        """

    private static let narrow: HTML = """
        @media screen and (max-width:46rem){body{padding:.75rem .75rem 2rem}
        .facts>div,.values>div{grid-template-columns:minmax(0,1fr);gap:0;margin-bottom:.3rem}
        .totals{gap:.5rem 1.25rem}
        .layers li>details>summary{grid-template-columns:1.7rem 1rem 1.7rem minmax(0,1fr) auto;padding:.35rem 0}
        .dense a.verified{border-left-width:0}
        .layers .meter{display:none}.layers .command{grid-column:4/-1}.layers .command:empty{display:none}
        .layers li>details>dl{padding-left:1.7rem}
        .row{grid-template-columns:4.6rem minmax(0,1fr);gap:.4rem}
        .axis div span:nth-child(even){display:none}
        .bar{gap:1px}}

        """

    private static let print: HTML = """
        @media print{:root{color-scheme:light;--page:#fff;--panel:#f6f7f9;--text:#000;--faint:#444;--line:#bbb;--link:#000;--ok:#1a7033;
        --bad:#b3261e;--open:#835600;--info:#0b5c8a;--ok-fill:#bfe5c8;--ok-edge:#6fae7f;--bad-fill:#f6b7b0;--bad-hatch:#e89a92;
        --bad-edge:#b3261e;--open-fill:#f5d88f;--open-hatch:#e6c163;--open-edge:#a87911;--ink:#16210f;--mark:#ffd9a8;
        --mark-ink:#5b1700;--gather:#7a7f99;--read:#3b78c4;--hash:#d98a1f;--contents:#8c8a1a;--whole:#2f9a8f;--judge:#9558b2;--confirm:#c9433a}
        body{max-width:none;padding:0;font-size:10pt}
        *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
        .skip{display:none}
        details::details-content{content-visibility:visible;block-size:auto}
        .layers li>details::details-content{content-visibility:hidden;block-size:0}
        .command{white-space:normal}
        h1,h2,h3,h4{break-after:avoid}
        .verdict,.bar,.values,.layers li,.failures li,.row{break-inside:avoid}
        .finding>h4,.message{break-after:avoid}}

        """
}
