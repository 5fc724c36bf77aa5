"use strict";
const views = {};
const shown = {};

// A specification without its data, and the data by name: what is new is often the data alone.
function split(spec) {
  const { datasets, ...rest } = spec;
  return { rest: JSON.stringify(rest), data: datasets };
}

// The format of every table of a specification, by the table's name: a view reads its CSV by it.
function formats(part, found = {}) {
  if (part === null || typeof part !== "object") return found;
  if (part.data && part.data.name) found[part.data.name] = part.data.format;
  for (const inner of Object.values(part)) formats(inner, found);
  return found;
}

async function draw(name, spec) {
  const place = document.querySelector(`[data-figure="${name}"]`);
  if (!place) return;
  const now = split(spec);
  const before = shown[name];
  if (before && views[name] && before.rest === now.rest) {
    const view = views[name];
    const known = formats(JSON.parse(now.rest));
    for (const [key, csv] of Object.entries(now.data)) {
      if (before.data[key] !== csv) view.data(key, view.parse(csv, known[key]));
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
