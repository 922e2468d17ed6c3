// Draws the page: every chart at the reader's choice of week or month, again when choice, theme or width change.
(function (site) {
  "use strict";
  const instances = new Map();
  let chosen = site.page ? site.page.default : null;
  site.choice = () => chosen;

  function viewOf(chart, plot) {
    const answer = site.answers[chart.query];
    const rows = site.rowsOf(chart.query, chart.where);
    const start = site.periodOf(chart.query, chosen);
    const now = answer.period ? rows.filter((row) => site.startOf(row, answer.period) === start) : rows;
    const width = plot.clientWidth;
    return {
      rows, now, start, width, about: answer.about, period: answer.period, colours: site.colours(),
      currency: site.currencyOf(rows), isNarrow: width < 560,
      hasFractions: (column) => rows.some((row) => row[column] !== null && !Number.isInteger(row[column])),
    };
  }

  function slot(section, name) {
    return section.querySelector(`[data-slot="${name}"]`);
  }

  function sentence(from) {
    const at = site.page.choices.indexOf(chosen);
    return from.texts[from.rows[at < 0 ? 0 : at]];
  }

  function part(name, slotName, className) {
    const made = document.createElement(name);
    if (slotName) made.dataset.slot = slotName;
    made.className = className || slotName || "";
    return made;
  }

  function foldable(name, summary, ...content) {
    const made = part("details", null, name);
    const head = document.createElement("summary");
    head.textContent = summary;
    made.append(head, ...content);
    return made;
  }

  // What every chart has around it; the page itself holds title and help.
  function furnish(chart) {
    const section = document.getElementById(chart.id);
    const heading = section.querySelector("h2");
    const spoken = part("p", "spoken");
    spoken.setAttribute("aria-live", "polite");
    const button = part("button", "csv");
    button.type = "button";
    button.textContent = "Download as CSV";
    const data = scrolling(heading.id);
    data.dataset.slot = "table";
    heading.after(part("p", "meta"));
    const below = part("div", null, "below");
    below.append(foldable("definition", "Definition", part("dl", "definition")), foldable("data", "Data", button, data));
    section.append(part("div", "plot"), part("p", "flags"), spoken, below);
    define(chart, section);
  }

  function meta(section, chart, view) {
    const line = slot(section, "meta");
    const running = view.now.length && view.now.every((row) => site.isRunning(row, view.period))
      ? ` (${site.whyIncomplete(view.now[0], view.period)})` : "";
    const period = view.period && view.start ? site.parts.periodName(view.start, view.period) + running : "";
    const asOf = site.page.as_of ? `Data to ${site.days.date(site.page.as_of)}` : "";
    line.textContent = [period, asOf].filter(Boolean).join(" · ");
  }

  // A chart of ECharts: made once, then given its new option.
  function plotChart(chart, section, view) {
    const plot = slot(section, "plot");
    if (!view.rows.length) {
      slot(section, "flags").textContent = "";
      plot.hidden = true;
      return;
    }
    const made = site.charts[chart.type](chart, view);
    slot(section, "flags").textContent = made.flags.join(" ");
    const isEmpty = !made.steps.some((step) => step.show);
    plot.hidden = isEmpty;
    if (isEmpty) return;
    plot.style.height = `${made.height}px`;
    if (!instances.has(chart.id)) instances.set(chart.id, window.echarts.init(plot, null, { renderer: "canvas" }));
    const instance = instances.get(chart.id);
    instance.resize();
    instance.setOption(made.option, { notMerge: true });
    speak(chart, section, plot, instance, made.steps);
  }

  // Arrow keys go from point to point; what the tooltip shows is also spoken.
  function speak(chart, section, plot, instance, steps) {
    plot.setAttribute("role", "img");
    plot.setAttribute("tabindex", "0");
    plot.setAttribute("aria-label", `Chart. ${section.querySelector("h2").textContent}. Arrow keys read its points; its data is below.`);
    let at = -1;
    plot.onkeydown = (event) => {
      const moves = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, Home: -Infinity, End: Infinity };
      if (event.key === "Escape") {
        instance.dispatchAction({ type: "hideTip" });
        return;
      }
      if (!(event.key in moves)) return;
      event.preventDefault();
      at = Math.max(0, Math.min(steps.length - 1, at + moves[event.key]));
      slot(section, "spoken").textContent = steps[at].text;
      if (steps[at].show) instance.dispatchAction({ type: "showTip", ...steps[at].show });
      else instance.dispatchAction({ type: "hideTip" });
    };
    plot.onblur = () => instance.dispatchAction({ type: "hideTip" });
  }

  function drawChart(chart) {
    const section = document.getElementById(chart.id);
    const plot = slot(section, "plot");
    const heading = section.querySelector("h2");
    heading.replaceChildren(site.nodes(sentence(chart.title)));
    plot.hidden = false;
    const view = viewOf(chart, plot);
    meta(section, chart, view);
    let table = null;
    if (chart.type === "tiles") {
      site.tiles.draw(chart, plot);
      table = site.tiles.table(chart);
    } else {
      table = site.table.tableOf(chart, view);
      if (chart.type === "table") {
        const box = scrolling(heading.id);
        box.append(site.table.draw(chart.all_periods ? table : site.table.withoutPeriod(table, view), heading.textContent));
        plot.replaceChildren(box);
        plot.hidden = !table.rows.length;
      } else plotChart(chart, section, view);
    }
    slot(section, "table").replaceChildren(site.table.draw(table, heading.textContent));
    const name = [document.body.dataset.page, chart.id, chosen].filter(Boolean).join("-");
    slot(section, "csv").onclick = () => site.table.download(`${name}.csv`, table);
  }

  // The definitions that a chart stands on; `code` stands in backticks.
  function define(chart, section) {
    const list = slot(section, "definition");
    for (const reference of chart.definitions) {
      const known = site.definitions[reference];
      const [term, text] = [document.createElement("dt"), document.createElement("dd")];
      const link = document.createElement("a");
      link.href = `definitions.html#${known.anchor}`;
      link.textContent = known.name;
      term.append(link, known.unit ? ` (${known.unit})` : "");
      text.append(withCode(known.text), known.null_when ? withCode(` Missing when: ${known.null_when}.`) : "");
      list.append(term, text);
    }
  }

  function withCode(text) {
    const made = document.createDocumentFragment();
    text.split("`").forEach((part, at) => {
      const piece = at % 2 ? document.createElement("code") : document.createTextNode(part);
      if (at % 2) piece.textContent = part;
      made.append(piece);
    });
    return made;
  }

  // A box that scrolls must be reachable by keyboard and have a name.
  function scrolling(heading) {
    const made = part("div", null, "scroll");
    made.tabIndex = 0;
    made.setAttribute("role", "region");
    made.setAttribute("aria-labelledby", heading);
    return made;
  }

  // Beside a higher neighbour a chart over time takes the room that is left.
  function fill(chart) {
    const instance = instances.get(chart.id);
    if (!instance || chart.panels || !["line", "stack"].includes(chart.type)) return;
    const section = document.getElementById(chart.id);
    const room = section.querySelector(".below").getBoundingClientRect().top - slot(section, "flags").getBoundingClientRect().bottom;
    if (room < 24) return;
    const plot = slot(section, "plot");
    plot.style.height = `${plot.clientHeight + Math.min(room - 8, 240)}px`;
    instance.resize();
  }

  function draw() {
    for (const chart of site.page.charts) drawChart(chart);
    site.page.charts.forEach(fill);
    for (const [place, texts] of Object.entries(site.page.prose)) {
      document.querySelector(`[data-prose="${place}"]`).replaceChildren(site.nodes(sentence(texts)));
    }
  }

  // The choice stands in the address, so that a link or a reload keeps it.
  function choose(choice, keep) {
    if (!site.page.choices.includes(choice)) return;
    chosen = choice;
    document.getElementById("period").value = choice;
    const at = site.page.choices.indexOf(choice);
    document.getElementById("earlier").disabled = at === 0;
    document.getElementById("later").disabled = at === site.page.choices.length - 1;
    if (keep) window.history.replaceState(null, "", `#${site.page.period}=${choice}`);
  }

  function chooser() {
    const select = document.getElementById("period");
    if (!select) return;
    for (const option of select.options) {
      const over = site.page.incomplete.includes(option.value) ? ` (${site.whyOf(option.value, site.page.period)})` : "";
      option.textContent = (site.page.period === "month" ? site.days.month : site.days.date)(option.value) + over;
    }
    const move = (by) => () => {
      choose(site.page.choices[site.page.choices.indexOf(chosen) + by], true);
      draw();
    };
    select.addEventListener("change", () => {
      choose(select.value, true);
      draw();
    });
    document.getElementById("earlier").addEventListener("click", move(-1));
    document.getElementById("later").addEventListener("click", move(1));
    choose(chosen, false);
    choose(window.location.hash.replace(`#${site.page.period}=`, ""), false);
  }

  // Paper is white whatever the screen is, and as wide as a sheet.
  function printing() {
    const root = document.documentElement;
    let theme = null;
    window.addEventListener("beforeprint", () => {
      theme = root.dataset.theme;
      root.dataset.theme = "light";
      root.classList.add("paper");
      draw();
    });
    window.addEventListener("afterprint", () => {
      if (theme) root.dataset.theme = theme;
      else delete root.dataset.theme;
      root.classList.remove("paper");
      draw();
    });
  }

  function start() {
    site.localise(document);
    site.toggle(() => site.page && draw());
    if (!site.page) return;
    chooser();
    site.page.charts.forEach(furnish);
    draw();
    printing();
    let width = window.innerWidth;
    window.addEventListener("resize", () => {
      if (window.innerWidth === width) return;
      width = window.innerWidth;
      window.requestAnimationFrame(draw);
    });
    document.documentElement.dataset.drawn = "yes";
  }

  // For the tests: what was drawn is read back from the charts themselves.
  site.instances = instances;
  start();
})(window.aiUsage);
