// What is wrong with a page, a sentence each. Read by look.rs.
(() => {
  const wrong = [];
  const shown = (element) => {
    const name = element.tagName.toLowerCase();
    const text = element.textContent.trim().replace(/\s+/g, " ").slice(0, 60);
    return `<${name}${element.className ? ` class="${element.className}"` : ""}> "${text}"`;
  };
  const few = (list, say) => {
    for (const item of list.slice(0, 3)) wrong.push(say(item));
    if (list.length > 3) wrong.push(`${list.length - 3} more like the one before`);
  };

  if (!document.title) wrong.push("it has no title");
  if (!document.documentElement.lang) wrong.push("it does not say its language");
  const headings = [...document.querySelectorAll("h1")];
  if (headings.length !== 1) wrong.push(`it has ${headings.length} headings of the first level`);

  const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
  few(ids.filter((id, place) => ids.indexOf(id) !== place), (id) => `the id ${id} is there twice`);
  const links = [...document.querySelectorAll('a[href^="#"]')];
  const leads = (link) => document.getElementById(decodeURIComponent(link.hash.slice(1)));
  few(links.filter((link) => link.hash && !leads(link)), (link) => `${link.hash} leads nowhere`);
  const named = (field) =>
    field.ariaLabel || field.labels?.length || field.getAttribute("aria-labelledby") || field.textContent.trim();
  const fields = [...document.querySelectorAll("input, select, textarea, button, summary")];
  few(fields.filter((field) => !named(field)), (field) => `${shown(field)} has no name that is read out`);

  const visible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  const width = document.documentElement.clientWidth;
  const isInside = (element) => {
    for (let parent = element.parentElement; parent; parent = parent.parentElement) {
      if (getComputedStyle(parent).overflowX !== "visible") return true;
    }
    return false;
  };
  if (document.documentElement.scrollWidth > width) {
    const wide = [...document.body.querySelectorAll("*")].filter(
      (element) => visible(element) && element.getBoundingClientRect().right > width + 1 && !isInside(element),
    );
    few(wide, (element) => `${shown(element)} is wider than the window`);
  }

  // Contrast as https://www.w3.org/TR/WCAG22/#contrast-minimum asks for it.
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const parsed = new Map();
  const color = (text) => {
    if (!parsed.has(text)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = text;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      parsed.set(text, [red, green, blue, alpha / 255]);
    }
    return parsed.get(text);
  };
  const over = ([red, green, blue, alpha], below) =>
    [red, green, blue].map((part, place) => part * alpha + below[place] * (1 - alpha));
  const probe = document.createElement("div");
  probe.style.backgroundColor = "Canvas";
  document.body.append(probe);
  const page = color(getComputedStyle(probe).backgroundColor).slice(0, 3);
  probe.remove();
  // The backgrounds of an element, and how much of it is to be seen.
  const behind = (element) => {
    const chain = [];
    for (let step = element; step; step = step.parentElement) chain.unshift(getComputedStyle(step));
    let background = page;
    let opacity = 1;
    for (const style of chain) {
      opacity *= Number(style.opacity);
      const [red, green, blue, alpha] = color(style.backgroundColor);
      background = over([red, green, blue, alpha * opacity], background);
    }
    return [background, opacity];
  };
  const luminance = (parts) => {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const hasText = (element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const faint = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    if (!hasText(element) || !visible(element) || element.closest("script, style, noscript, svg, :disabled")) continue;
    const style = getComputedStyle(element);
    const [background, opacity] = behind(element);
    const [red, green, blue, alpha] = color(style.color);
    const ink = over([red, green, blue, alpha * opacity], background);
    const [light, dark] = [luminance(ink), luminance(background)].sort((one, other) => other - one);
    const contrast = (light + 0.05) / (dark + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (contrast < (isLarge ? 3 : 4.5)) {
      const key = `${element.tagName} ${element.className}`;
      if (!faint.has(key)) faint.set(key, `${shown(element)} is too faint: its contrast is ${contrast.toFixed(2)}`);
    }
  }
  few([...faint.values()], (sentence) => sentence);
  return wrong;
})()
