"use strict";
const views = {};
const shown = {};

// A specification without its data, and the data by name: what is new is often the data alone.
function split(spec) {
  const { datasets, ...rest } = spec;
  return { rest: JSON.stringify(rest), data: datasets };
}

// The rows of CSV text, cells that look like numbers as such.
function rows(csv) {
  const lines = csv.trimEnd().split("\n").map((line) => {
    const cells = [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((found) => found[1]);
    if (line !== "" && !line.endsWith(",")) cells.pop();  // the empty match at the end
    return cells.map((cell) => (cell.startsWith('"') ? cell.slice(1, -1).replaceAll('""', '"') : cell));
  });
  const value = (cell) => (cell !== "" && !isNaN(cell) ? Number(cell) : cell);
  return lines.slice(1).map((cells) => Object.fromEntries(lines[0].map((name, at) => [name, value(cells[at])])));
}

async function draw(name, spec) {
  const place = document.querySelector(`[data-figure="${name}"]`);
  if (!place) return;
  const now = split(spec);
  const before = shown[name];
  if (before && views[name] && before.rest === now.rest) {
    const view = views[name];
    for (const [key, data] of Object.entries(now.data)) {
      if (before.data[key] === data) continue;
      view.data(key, rows(data));
    }
    await view.runAsync();
  } else {
    if (views[name]) views[name].finalize();
    const result = await vegaEmbed(place, spec, {
      renderer: "svg",
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: name,
      tooltip: { theme: matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light" },
    });
    views[name] = result.view;
  }
  shown[name] = now;
}

async function drawAll(specs) {
  for (const [name, spec] of Object.entries(specs)) await draw(name, spec);
}

function figures() {
  return Array.from(document.querySelectorAll("[data-figure]"), (place) => place.dataset.figure);
}

// Put new text around figures that stay where they are.
function renew(body) {
  const fresh = new DOMParser().parseFromString(`<main>${body}</main>`, "text/html").querySelector("main");
  for (const place of fresh.querySelectorAll("[data-figure]")) {
    const old = document.querySelector(`[data-figure="${place.dataset.figure}"]`);
    if (old) place.replaceWith(old);
  }
  document.getElementById("page").replaceChildren(...fresh.childNodes);
  for (const name of Object.keys(views)) {
    if (!figures().includes(name)) {
      views[name].finalize();
      delete views[name];
      delete shown[name];
    }
  }
}

async function follow() {
  for (;;) {
    await new Promise((done) => setTimeout(done, 1000));
    let news;
    try {
      news = await (await fetch("news.json")).json();
    } catch {
      return;  // the training has ended, and its server with it
    }
    renew(news.body);
    await drawAll(news.specs);
    if (news.state !== "running") return;
  }
}

drawAll(JSON.parse(document.getElementById("specs").textContent)).then(() => {
  document.body.dataset.drawn = "all";
  if (LIVE) follow();
});
