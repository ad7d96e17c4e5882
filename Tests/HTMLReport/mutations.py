# layerverify: pages with one fault each, for the check of the HTML report.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Each entry makes one fault in a good page. The check must find it; otherwise it checks nothing."""


def before(mark, text):
    return lambda page: page.replace(mark, text + mark, 1)


def style(rules):
    return before("</style>", rules)


# What a fault begins with or contains, and the change that makes it.
MUTATIONS = [
    ("html5lib", before("</main>", "<p><div></b></p>")),
    ("character U+202E", before("</main>", "<p>\u202e</p>")),
    ("element script", before("</body>", "<script>1</script>")),
    ("element img", before("</main>", '<img src="x.png" alt="x">')),
    ("request: ", lambda page: style("body{background:url(x.png)}")(page.replace("default-src 'none'", "default-src *").replace("data:;", "*;"))),
    ("issue: ContentSecurityPolicy", style("body{background:url(x.png)}")),
    ("handler onclick", before("</main>", '<p onclick="1">x</p>')),
    ("no policy", lambda page: page.replace("Content-Security-Policy", "x")),
    ("no title", lambda page: page.replace("<title>", "<title></title><!--", 1).replace("</title>\n", "-->\n", 1)),
    ("no language", lambda page: page.replace(' lang="en"', "")),
    ("not one main", lambda page: page.replace("<main>", "<div>").replace("</main>", "</div>")),
    ("heading h6", before("</main>", "<h6>x</h6>")),
    ("not one h1", before("</main>", "<h1>x</h1>")),
    ("an id is used twice", before("</main>", '<p id="images"></p>')),
    ("dead link #nowhere", before("</main>", '<a href="#nowhere">x</a>')),
    ("control without a name", before("</main>", '<a href="#images"></a>')),
    ("unnamed svg", before("</main>", "<svg></svg>")),
    ("outcome without a word", before("</main>", '<ul><li class="refuted">x</li></ul>')),
    ("the page is ", before("</main>", '<div style="width:2000px">x</div>')),
    ("outside of the window", before("</main>", '<div style="position:relative;left:-500px">x</div>')),
    ("cut off", before("</main>", '<p style="overflow:hidden;height:5px">x</p>')),
    ("on top of each other", style(".facts dd{margin-left:-60px}")),
    ("a piece of ", style(".bar a{min-width:0;flex-grow:0!important;border:0}")),
    ("a piece outside of the bar", style(".bar a{min-width:60%;flex-shrink:0}")),
    ("the widths of a bar", style(".bar a:first-child{max-width:10px}")),
    ("contrast", style(".faint{color:#999}")),
    ("dark: contrast", style("@media (prefers-color-scheme:dark){.faint{color:#555}}")),
    ("the first key Tab", lambda page: page.replace('class="skip"', 'class="skip" tabindex="-1"')),
    ("layers are highlighted wrongly", lambda page: page.replace("main:has(.s-A", "nav:has(.s-A")),
    ("is not on paper", style("@media print{details::details-content{display:none}}")),
]
