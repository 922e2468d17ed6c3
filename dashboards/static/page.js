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

  function meta(section, chart, view) {
    const line = slot(section, "meta");
    if (!line.dataset.asOf) line.dataset.asOf = line.textContent;
    const running = view.now.some((row) => site.isRunning(row, view.period)) ? " (not over)" : "";
    const period = view.period && view.start ? site.parts.periodName(view.start, view.period) + running : "";
    line.textContent = [period, line.dataset.asOf].filter(Boolean).join(" · ");
  }

  // A chart of ECharts: made once, then given its new option.
  function plotChart(chart, section, view) {
    const plot = slot(section, "plot");
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
    plot.setAttribute("aria-label", `Chart. ${section.querySelector("h2").textContent}. Arrow keys read its points; its data stands below.`);
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
      if (chart.type === "table") plot.replaceChildren(scrolling(site.table.draw(table, heading.textContent), heading.textContent));
      else plotChart(chart, section, view);
    }
    slot(section, "table").replaceChildren(site.table.draw(table, heading.textContent));
    const name = [document.body.dataset.page, chart.id, chosen].filter(Boolean).join("-");
    slot(section, "csv").onclick = () => site.table.download(`${name}.csv`, table);
  }

  function scrolling(table, name) {
    const made = document.createElement("div");
    made.className = "scroll";
    made.tabIndex = 0;
    made.setAttribute("role", "region");
    made.setAttribute("aria-label", name);
    made.append(table);
    return made;
  }

  function draw() {
    for (const chart of site.page.charts) drawChart(chart);
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
      const over = site.page.incomplete.includes(option.value) ? " (not over)" : "";
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
