# layerverify: checks HTML reports in a browser.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""Opens each page in headless Chromium, at three widths, light, dark and printed, and prints every fault. Exits with 1 if
there is one. With --self-test it makes faults in a page of its own, and fails if one of them is not found."""

import argparse
import os
import subprocess
import sys
import tempfile

import html5lib

from browser import Browser
from mutations import MUTATIONS

HERE = os.path.dirname(os.path.abspath(__file__))
with open(os.path.join(HERE, "page.js"), encoding="utf-8") as script:
    PAGE = script.read()

# Width, colour scheme.
VIEWS = [(1280, "light"), (1280, "dark"), (400, "light"), (400, "dark"), (768, "light")]


def markup_faults(path):
    """The faults that an HTML parser finds."""
    with open(path, "rb") as file:
        content = file.read()
    faults = []
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        return [f"not UTF-8: {error}"]
    for character in text:
        if character < " " and character != "\n" or character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069":
            faults.append(f"character U+{ord(character):04X}")
            break
    parser = html5lib.HTMLParser(strict=False)
    parser.parse(content, transport_encoding="utf-8")
    faults += [f"html5lib, line {place[0]}: {code} {data}" for place, code, data in parser.errors[:5]]
    return faults[:10]


def event_faults(browser, path):
    """What the browser complained about or wanted to load."""
    faults = []
    for event in browser.events:
        parameters = event["params"]
        match event["method"]:
            case "Runtime.exceptionThrown" | "Runtime.consoleAPICalled":
                faults.append(f"console: {parameters}")
            case "Log.entryAdded":
                faults.append("log: " + parameters["entry"]["text"])
            case "Audits.issueAdded":
                faults.append("issue: " + parameters["issue"]["code"])
            case "Network.requestWillBeSent":
                url = parameters["request"]["url"]
                if url != "file://" + os.path.abspath(path) and not url.startswith("data:"):
                    faults.append("request: " + url)
    return faults


def highlight_faults(browser):
    """Moves the pointer to a layer that several images share: its other places must be highlighted, and nothing else."""
    place = browser.evaluate(
        """(() => { const shared = document.querySelector("[class*=' s-']"); if (!shared) return null;
        shared.scrollIntoView({block: "center"}); const box = shared.getBoundingClientRect();
        return {x: box.x + box.width / 2, y: box.y + box.height / 2, name: shared.className.split(" ")[1]}; })()""")
    if place is None:
        return []
    browser.call("Input.dispatchMouseEvent", type="mouseMoved", x=place["x"], y=place["y"])
    wrong = browser.evaluate(
        f"""[...document.querySelectorAll(".bar a, .layers li")].filter(part =>
        part.classList.contains("{place['name']}") !== (getComputedStyle(part).outlineStyle === "solid")).length""")
    return [f"{wrong} layers are highlighted wrongly"] if wrong else []


def print_faults(browser, path, pdf):
    """Prints the page. The explanations of findings must be on paper, although they are closed on the screen."""
    browser.open(path, 1280, media="print")
    faults = event_faults(browser, path)
    faults += [
        "print: " + fault for fault in browser.evaluate(PAGE)["faults"] if fault.startswith(("contrast", "cut off"))]
    expected = browser.evaluate("document.querySelector('.explanation > p')?.textContent.slice(0, 30)")
    browser.pdf(pdf)
    text = subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, check=True).stdout.decode()
    if expected and expected not in " ".join(text.split()):
        faults.append(f"print: '{expected}' of a closed part is not on paper")
    return faults


def check(browser, path, shots=None, views=VIEWS):
    """All faults of one page."""
    faults = markup_faults(path)
    name = os.path.splitext(os.path.basename(path))[0]
    for width, scheme in views:
        browser.open(path, width, scheme)
        view = f"{width} {scheme}: "
        for state in ("", "opened, "):
            if state:
                browser.evaluate("document.querySelectorAll('details').forEach(part => part.open = true)")
            answer = browser.evaluate(PAGE)
            faults += [view + state + fault for fault in answer["faults"]]
            if answer["texts"] == 0:
                faults.append(view + "no text is visible")
            if shots:
                browser.screenshot(os.path.join(shots, f"{name}-{width}-{scheme}{'-opened' if state else ''}.png"), 6_000)
        faults += [view + fault for fault in event_faults(browser, path)]
    browser.open(path, 1280)
    faults += highlight_faults(browser)
    browser.open(path, 1280)
    browser.press("Tab")
    if browser.evaluate("document.activeElement.className") != "skip":
        faults.append("the first key Tab does not reach the link that skips the head")
    with tempfile.TemporaryDirectory() as folder:
        faults += print_faults(browser, path, os.path.join(shots or folder, name + ".pdf"))
    return faults


def self_test(browser, path):
    """The faults of a page that must have a fault, and that the check does not find."""
    with open(path, encoding="utf-8") as file:
        page = file.read()
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (fault, change) in enumerate(MUTATIONS):
            damaged = os.path.join(folder, f"{number}.html")
            with open(damaged, "w", encoding="utf-8") as file:
                file.write(change(page))
            found = check(browser, damaged, views=[(1280, "dark" if fault.startswith("dark") else "light")])
            if not any(fault in one for one in found):
                missed.append(f"a page with the fault '{fault}' passes the check")
    return missed


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shots", help="a folder for pictures of the pages")
    options.add_argument("--self-test", metavar="PAGE", help="a good page with findings and shared layers")
    options.add_argument("pages", nargs="*")
    arguments = options.parse_args()
    browser = Browser()
    count = 0
    try:
        if arguments.self_test:
            faults = self_test(browser, arguments.self_test)
            print(*faults, sep="\n", end="\n" if faults else "")
            count += len(faults)
        for path in arguments.pages:
            faults = check(browser, path, arguments.shots)
            for fault in faults[:25]:
                print(f"{path}: {fault}")
            if len(faults) > 25:
                print(f"{path}: {len(faults) - 25} more faults")
            count += len(faults)
    finally:
        browser.close()
    if count:
        sys.exit(1)
    print(f"{len(arguments.pages)} pages in {len(VIEWS)} views and in print: no fault", end="")
    print(f"; {len(MUTATIONS)} faults found in pages that have them" if arguments.self_test else "")


main()
