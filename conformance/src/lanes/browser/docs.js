// Reads the page of `cargo xtask docs` from end to end, with what a reader can follow and open. Used by docs.rs.
(async () => {
  const said = new Map();
  let worked = 0;
  const lines = new Set();
  const files = new Set();
  // Of what fails in the same way a few examples are enough.
  const expect = (met, kind, example) => {
    if (met) worked += 1;
    else said.set(kind, [...(said.get(kind) ?? []), example]);
  };
  const settled = () => new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
  // Links of pictures have no `hash`.
  const address = (link) => decodeURIComponent(link.getAttribute("href").slice(1));
  const go = async (to) => {
    location.hash = `#${to.split("/").map(encodeURIComponent).join("/")}`;
    await settled();
  };
  const heading = () => document.querySelector("main h1")?.textContent;
  const all = document.querySelector('[data-choice="all"]');
  all.click();

  const pages = ["start", ...[...document.querySelectorAll("nav li a")].map(address)];
  const title = (page) => {
    const [folder, ...rest] = page.split("/");
    if (page === "start") return "The platform";
    return folder === "teams" ? `Team ${rest[1]} in ${rest[0]}` : rest.join("/");
  };
  // What stands for itself, and has no page.
  const alone = "users, outside of the cluster".split(", ");
  let boxes = 0;
  let objects = 0;
  const opened = new Set();
  for (const page of pages) {
    await go(page);
    expect(heading() === title(page), "a link of the list of pages leads to another page", `${page}: ${heading()}`);
    const known = (link) => pages.includes(address(link));
    for (const link of document.querySelectorAll('main a[href^="#"]')) {
      expect(known(link), "a link leads nowhere", `${link.getAttribute("href")} on ${page}`);
    }
    for (const box of document.querySelectorAll(".picture [data-id]")) {
      const [name, ...about] = box.querySelector("title").textContent.split(", ");
      const isAlone = about.some((word) => alone.includes(word)) || box.matches(".users, .outside");
      boxes += 1;
      expect(box.matches("a") || isAlone, "a box leads nowhere", `${name} on ${page}`);
    }
    for (const line of document.querySelectorAll(".picture [data-from]")) {
      const ends = [line.dataset.from, line.dataset.to];
      const there = ends.every((id) => line.closest("svg").querySelector(`[data-id="${CSS.escape(id)}"]`));
      expect(there, "a line has no box at its end", `${ends.join(" → ")} on ${page}`);
    }
    for (const link of document.querySelectorAll('main a[href^="https:"]')) {
      const [, path] = link.getAttribute("href").split("/blob/");
      if (path) files.add(decodeURI(path.split("/").slice(1).join("/")));
    }
    for (const button of document.querySelectorAll("main [data-object]")) {
      const object = button.dataset.object;
      if (opened.has(object)) continue;
      opened.add(object);
      button.click();
      const dialog = document.querySelector("dialog");
      const yaml = dialog.querySelector("pre").textContent;
      const about = dialog.querySelector("p");
      const written = /written at (\S+)/.exec(about.textContent)?.[1];
      objects += 1;
      expect(dialog.open, "an object does not open", object);
      expect(/^kind: /m.test(yaml) && /^apiVersion: /m.test(yaml), "an object opens without its YAML", object);
      expect(written !== undefined, "an object does not tell the line that wrote it", object);
      if (written) lines.add(written);
      const link = about.querySelector("a")?.getAttribute("href");
      const isThere = !link || !written || link.endsWith(`/${encodeURI(written.replace(/:(\d+)$/, "#L$1"))}`);
      expect(isThere, "the link of an object leads to another line", `${object}: ${link}`);
      dialog.close();
    }
  }

  // Environments: whatever is not there goes, and comes back.
  const shown = () => [...document.querySelectorAll("main [data-in], nav li, main tbody tr")].filter((part) => part.checkVisibility());
  const rows = () => [...document.querySelectorAll("main tbody tr")].filter((row) => row.checkVisibility());
  for (const page of pages.filter((page) => !page.startsWith("teams/"))) {
    await go(page);
    const before = shown().length;
    for (const button of document.querySelectorAll('[data-choice^="in "]')) {
      button.click();
      const place = button.dataset.choice.slice(3);
      const others = shown().filter((part) => part.dataset.in && !part.dataset.in.split(" ").includes(place));
      expect(others.length === 0, "a choice of an environment shows what is not there", `${page} in ${place}`);
    }
    const differs = document.querySelector('[data-choice="differs"]');
    if (differs) {
      differs.click();
      const same = rows().filter((row) => !row.dataset.in && !row.closest(".differences"));
      expect(same.length === 0, "«what differs» shows what is the same", page);
      const lost = [...document.querySelectorAll("main tr[data-in], main .differences tbody tr")].filter((row) => !row.checkVisibility());
      expect(lost.length === 0, "«what differs» hides what differs", page);
    }
    all.click();
    expect(shown().length === before, "a choice of all environments does not bring everything back", page);
  }
  const failed = [...said].map(([kind, examples]) => `${kind}: ${examples.slice(0, 3).join("; ")}${examples.length > 3 ? ` and ${examples.length - 3} more` : ""}`);
  return { worked, failed, lines: [...lines], files: [...files], pages, boxes, objects };
})()
