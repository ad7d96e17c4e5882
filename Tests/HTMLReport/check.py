# layerverify: checks HTML reports in a browser.
# Copyright the layerverify authors.
# SPDX-License-Identifier: Apache-2.0
"""check.py [--shots FOLDER] PAGE...: opens each page in headless Chromium, at three widths, light, dark and printed, and
prints every fault. Exits with 1 if there is one."""

import argparse
import os
import subprocess
import sys
import tempfile

import html5lib

from browser import Browser

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


def check(browser, path, shots):
    """All faults of one page."""
    faults = markup_faults(path)
    name = os.path.splitext(os.path.basename(path))[0]
    for width, scheme in VIEWS:
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
    browser.press("Tab")
    if browser.evaluate("document.activeElement.className") != "skip":
        faults.append("the first key Tab does not reach the link that skips the head")
    with tempfile.TemporaryDirectory() as folder:
        faults += print_faults(browser, path, os.path.join(shots or folder, name + ".pdf"))
    return faults


def main():
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--shots", help="a folder for pictures of the pages")
    options.add_argument("pages", nargs="+")
    arguments = options.parse_args()
    browser = Browser()
    count = 0
    try:
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
    print(f"{len(arguments.pages)} pages, {len(VIEWS)} views of each and print: no fault")


main()
