// layerverify: what must be true of every HTML report, as a list of faults.
// Copyright the layerverify authors.
// SPDX-License-Identifier: Apache-2.0
(() => {
    // Images outside of the window must be checked as well.
    document.head.append(Object.assign(document.createElement("style"), {textContent: ".image{content-visibility:visible!important}"}));
    const faults = [];
    const all = [...document.querySelectorAll("body *")];
    const name = element => `${element.tagName.toLowerCase()}${element.id ? "#" + element.id : ""}` +
        `${typeof element.className === "string" && element.className ? "." + element.className.split(" ").join(".") : ""}`;
    const style = element => getComputedStyle(element);
    const isShown = element => element.checkVisibility({contentVisibilityAuto: true, visibilityProperty: true});
    const isForReaders = element => element.closest(".sr, .skip, .icons") !== null;
    const ownText = element => [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim() !== "");

    // No program, and nothing that loads.
    for (const element of document.querySelectorAll("script, iframe, object, embed, img, form, base, link:not([rel=icon]), style:not(head *)"))
        faults.push(`element ${name(element)}`);
    for (const element of document.querySelectorAll("*"))
        for (const attribute of element.attributes) {
            if (attribute.name.startsWith("on")) faults.push(`handler ${attribute.name} in ${name(element)}`);
            if (/^\s*javascript:/i.test(attribute.value)) faults.push(`script in ${attribute.name} of ${name(element)}`);
        }
    if (!document.querySelector("meta[http-equiv=Content-Security-Policy]")) faults.push("no policy");

    // Structure.
    if (document.documentElement.lang !== "en") faults.push("no language");
    if (document.title.trim() === "") faults.push("no title");
    for (const landmark of ["header", "main", "footer"])
        if (document.querySelectorAll("body > " + landmark).length !== 1) faults.push(`not one ${landmark}`);
    let level = 0;
    for (const heading of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
        const next = Number(heading.tagName[1]);
        if (next > level + 1) faults.push(`heading ${name(heading)} '${heading.textContent.slice(0, 40)}' after level ${level}`);
        if (heading.textContent.trim() === "") faults.push(`empty heading ${name(heading)}`);
        level = next;
    }
    if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
    const ids = all.map(element => element.id).filter(id => id !== "");
    if (new Set(ids).size !== ids.length) faults.push("an id is used twice");
    for (const link of document.querySelectorAll("a[href^='#']"))
        if (!document.getElementById(link.getAttribute("href").slice(1))) faults.push(`dead link ${link.getAttribute("href")}`);
    for (const control of document.querySelectorAll("a, summary"))
        if (control.textContent.trim() === "") faults.push(`control without a name: ${name(control)}`);
    for (const icon of document.querySelectorAll("svg:not([aria-hidden]):not([aria-label])")) faults.push(`unnamed ${name(icon)}`);
    // Colour is never the only sign of an outcome.
    for (const row of document.querySelectorAll("li.refuted, li.undetermined, section.refuted, section.undetermined"))
        if (!/refuted|undetermined/.test(row.textContent)) faults.push(`outcome without a word: ${name(row)}`);

    // Layout: nothing outside of the window, nothing cut off, nothing on top of something else.
    const width = document.documentElement.clientWidth;
    if (document.documentElement.scrollWidth > width) faults.push(`the page is ${document.documentElement.scrollWidth} wide`);
    const texts = all.filter(element => isShown(element) && !isForReaders(element) && ownText(element));
    for (const element of texts) {
        const box = element.getBoundingClientRect();
        if ((box.right > width + 1 || box.left < -1) && !element.closest(".scroll"))
            faults.push(`outside of the window: ${name(element)} '${element.textContent.slice(0, 40)}'`);
        const overflow = style(element).overflowX !== "visible" || style(element).overflowY !== "visible";
        // The command of a layer is cut with an ellipsis; the row opens to show it in full.
        if (overflow && !element.matches(".command") &&
            (element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1))
            faults.push(`cut off: ${name(element)} '${element.textContent.slice(0, 40)}'`);
    }
    for (const group of document.querySelectorAll("summary, .row, .facts > div, .values > div, .totals, .legend, .axis > div")) {
        if (!isShown(group)) continue;
        const parts = [...group.children].filter(child => isShown(child) && !isForReaders(child));
        const boxes = parts.map(child => child.getBoundingClientRect()).filter(box => box.width > 1 && box.height > 1);
        for (let one = 0; one < boxes.length; one++)
            for (let two = one + 1; two < boxes.length; two++)
                if (boxes[one].left < boxes[two].right - 1 && boxes[two].left < boxes[one].right - 1 &&
                    boxes[one].top < boxes[two].bottom - 3 && boxes[two].top < boxes[one].bottom - 3 &&
                    style(parts[0]).display !== "inline")
                    faults.push(`on top of each other in ${name(group)} '${group.textContent.slice(0, 40)}'`);
    }
    for (const bar of document.querySelectorAll(".bar")) {
        const box = bar.getBoundingClientRect();
        for (const part of bar.children) {
            const own = part.getBoundingClientRect();
            if (own.right > box.right + 1) faults.push(`a piece outside of the bar of ${name(bar.parentElement)}`);
            if (own.width < 0.9) faults.push(`a piece of ${own.width} pixels in the bar of ${name(bar.parentElement)}`);
        }
        // The order of the widths is that of the sizes. Failures may be wider, so that they are seen.
        for (const outcome of ["verified", "undetermined", "refuted"]) {
            const parts = [...bar.querySelectorAll(`a.${outcome}`)]
                .map(part => [Number(part.style.flexGrow), part.getBoundingClientRect().width]);
            parts.sort((one, two) => one[0] - two[0]);
            for (let index = 1; index < parts.length; index++)
                if (parts[index][1] < parts[index - 1][1] - 1) faults.push("the widths of a bar are not in the order of the sizes");
        }
    }

    // Contrast. Spec: WCAG 2.2 §1.4.3.
    const numbers = colour => colour.match(/[\d.]+/g).map(Number);
    const luminance = ([red, green, blue]) => [red, green, blue].map(value => value / 255)
        .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
        .reduce((sum, value, index) => sum + value * [0.2126, 0.7152, 0.0722][index], 0);
    const background = element => {
        for (let place = element; place; place = place.parentElement) {
            const colour = numbers(style(place).backgroundColor);
            if (colour.length === 3 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    let least = 21;
    for (const element of texts) {
        const [one, two] = [luminance(numbers(style(element).color)), luminance(background(element))];
        const ratio = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
        least = Math.min(least, ratio);
        if (ratio < 4.5) faults.push(`contrast ${ratio.toFixed(2)}: ${name(element)} '${element.textContent.slice(0, 40)}'`);
    }
    return {faults: [...new Set(faults)], contrast: least, texts: texts.length};
})()
