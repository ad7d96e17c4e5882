# layerverify: checks Markdown reports as GitHub's renderer shows them.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""usage: check_markdown.py PROGRAM IMAGE...

cmarkgfm (cmark-gfm) makes HTML of the report. It must have only the elements that the report itself uses, all text from
the images must be inside of code, and the table must be that of the JSON of the run.
"""

import html.parser
import re
import sys

import cmarkgfm
import cmarkgfm.cmark
import verdicts

ELEMENTS = {"h2", "h3", "p", "table", "thead", "tbody", "tr", "th", "td", "pre", "code", "details", "summary"}
# Text outside of code: words and numbers of the program.
OWN_TEXT = re.compile(r"[\w ,.;:()/?…–✅❌⚠\ufe0f\n-]*")


class Page(html.parser.HTMLParser):
    """The elements of a page, its text outside of code, and the cells of its tables."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.elements, self.open, self.outside, self.rows, self.balanced = set(), [], [], [], True

    def handle_starttag(self, tag, attrs):
        self.elements.add(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.balanced = self.balanced and bool(self.open) and self.open.pop() == tag

    def handle_data(self, data):
        if "code" not in self.open:
            self.outside.append(data)
        if {"td", "th"} & set(self.open):
            self.rows[-1][-1] += data


def shown(text):
    """A name as a cell shows it."""
    text = verdicts.visible(text[:200]) + ("…" if len(text) > 200 else "")
    return text or "–"


def main(program, images):
    check = verdicts.Check("markdown")
    report, texts = verdicts.run(program, images, ["markdown"])
    page = Page()
    page.feed(cmarkgfm.github_flavored_markdown_to_html(
        texts["markdown"], options=cmarkgfm.cmark.Options.CMARK_OPT_UNSAFE))
    page.close()
    check.that(page.balanced and not page.open, "elements are not closed in order")
    check.that(page.elements <= ELEMENTS, f"elements {sorted(page.elements - ELEMENTS)}")
    for text in page.outside:
        check.that(OWN_TEXT.fullmatch(text) and "www." not in text, f"text outside of code: {text[:80]!r}")
    check.that("".join(page.outside).strip().split("\n")[0].endswith(" " + report["outcome"]), "the outcome")
    width = {len(row) for row in page.rows}
    check.that(width in (set(), {5}, {6}), f"rows of {width} cells")
    marks = {"verified": "✅ verified", "undetermined": "⚠️ undetermined", "refuted": "❌ refuted"}
    rows = [row[-5:] for row in page.rows]
    found = sorted((row[0].strip(), row[2]) for row in rows if row[0] != "image" and row[3] != "–")
    expected = []
    for image in report["images"]:
        if image["reference"] is None:
            continue
        name = re.sub(r"\s+", " ", shown(image["reference"]))
        if len(image["references"]) > 1:
            count = len(image["references"]) - 1
            name += f" and {count} more name" + ("s" if count > 1 else "")
        if image["kind"] != "image":
            name += f" ({image['kind'] if image['kind'] != 'blob' else 'no image'})"
        expected.append((name.strip(), marks[image["outcome"]]))
    found = [(re.sub(r"\s+", " ", name), verdict) for name, verdict in found]
    for row in expected:
        check.that(row in found, f"no row {row!r}")
        if row in found:
            found.remove(row)
    unnamed = [image for image in report["images"] if image["reference"] is None]
    check.that(len(found) == len(unnamed), f"{len(found)} rows for {len(unnamed)} images without a name")
    check.finish()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
