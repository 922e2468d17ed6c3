// Tiles: a figure, what it was, and a line of the periods between.
(function (site) {
  "use strict";
  const svg = "http://www.w3.org/2000/svg";

  function element(name, className, text) {
    const made = document.createElement(name);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // What a tile shows at the reader's choice. How it moved, and how far it is from its target, was decided when the
  // page was built (dashboards/claims.py): `move` is [way, basis, then, now], `aim` [target, due, short, weeks left].
  function tileFigures(chart, tile) {
    const { period, about } = site.answers[tile.query];
    const rows = site.rowsOf(tile.query, tile.where);
    const start = site.periodOf(tile.query, site.choice());
    const now = rows.find((row) => !period || site.startOf(row, period) === start);
    const claims = ((site.page.tiles || {})[chart.id] || [])[chart.tiles.indexOf(tile)] || {};
    const at = Math.max(0, site.page.choices.indexOf(site.choice()));
    const trail = rows.filter((row) => period && site.startOf(row, period) <= start).map((row) => row[tile.value]);
    return { about: about[tile.value], now, trail, start, period, move: (claims.moves || [])[at], aim: (claims.aims || [])[at] };
  }

  function sparkline(values) {
    const drawing = document.createElementNS(svg, "svg");
    drawing.setAttribute("viewBox", "0 0 120 32");
    drawing.setAttribute("preserveAspectRatio", "none");
    drawing.setAttribute("class", "spark");
    drawing.setAttribute("aria-hidden", "true");
    const known = values.filter((value) => value !== null);
    const [low, high] = [Math.min(...known), Math.max(...known)];
    const y = (value) => 29 - (high === low ? 13 : ((value - low) / (high - low)) * 26);
    const x = (at) => 2 + (values.length < 2 ? 58 : (at / (values.length - 1)) * 116);
    let path = "";
    values.forEach((value, at) => {
      if (value === null) return;
      path += `${at && values[at - 1] !== null ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`;
    });
    const line = document.createElementNS(svg, "path");
    line.setAttribute("d", path);
    drawing.append(line);
    drawing.dataset.values = JSON.stringify(values);
    return drawing;
  }

  // A missing figure, as large as there is room for.
  function write(row, column, about) {
    if (!row || row[column] === null) return row && row.is_suppressed ? "hidden" : "not given";
    return site.figure(row[column], about, row.currency);
  }

  // In the order of WAYS and BASES in dashboards/payload.py.
  const ways = [null, "up", "down", "same", "unclear"];
  const since = ["14 weeks ago", "four weeks before", "the first whole week", "three months before", "the first whole month"];
  const averaged = [0, 1];

  function changeText(now, then, about) {
    const change = now - then;
    if (about.unit === "ratio") return site.signed(change * 100, 1) + " points";
    if (!then) return site.signed(change, 0);
    return (change > 0 ? "+" : "") + site.percent(change / then, 0);
  }

  // What a figure moved from; a change within the series' usual ups and downs has no arrow.
  function comparison(shown, tile) {
    const { about, now, period, move } = shown;
    const line = element("p", "change");
    if (tile.compare === false) return line;
    if (!move) {
      const why = now && site.isRunning(now, period) ? site.whyIncomplete(now, period) : "nothing earlier to compare with";
      line.textContent = now && now[tile.value] === null && !site.isRunning(now, period) ? "" : `no comparison: ${why}`;
      return line;
    }
    const [, basis, then, latest] = move;
    const way = ways[move[0]];
    const was = site.figure(then, about, now.currency);
    const means = averaged.includes(basis) ? `, averages of four weeks` : "";
    if (way === "up" || way === "down") {
      const isBetter = about.better ? (way === "up") === (about.better === "higher") : null;
      const amount = element("span", isBetter === null ? "" : isBetter ? "good" : "poor");
      amount.textContent = `${way === "up" ? "▲" : "▼"} ${changeText(latest, then, about)}`;
      line.append(amount, ` against ${was} ${since[basis]}${means}`);
      return line;
    }
    const words = { same: `about the same as ${since[basis]}`, unclear: `no clear change from ${since[basis]}` };
    line.textContent = way ? `${words[way]} (${was}${means})` : `${since[basis]}: ${was}`;
    return line;
  }

  function aimed(shown) {
    if (!shown.aim) return null;
    const [target, due, short, weeks] = shown.aim;
    const { about } = shown;
    const line = element("p", "target");
    const head = `Target ${site.figure(target, about)} by ${site.days.date(due)}: `;
    const missing = about.unit === "ratio" ? site.fixed(short * 100, 1) + " points" : site.figure(short, about);
    const left = weeks < 0 ? "and overdue" : weeks === 1 ? "1 week left" : `${site.fixed(weeks, 0)} weeks left`;
    line.textContent = head + (short ? `${missing} short, ${left}` : "reached");
    return line;
  }

  function draw(chart, plot) {
    const list = element("ul", chart.tiles.length % 3 === 0 && chart.tiles.length < 12 ? "tiles of-3" : "tiles");
    for (const tile of chart.tiles) {
      const shown = tileFigures(chart, tile);
      const item = element("li", "tile");
      const isRunning = shown.now && site.isRunning(shown.now, shown.period);
      const figure = element("p", "figure", write(shown.now, tile.value, shown.about));
      const unit = ["ratio", "money", "times"].includes(shown.about.unit) ? "" : site.unitName(shown.about);
      const isThere = shown.now && shown.now[tile.value] !== null;
      if (unit && isThere) figure.append(" ", element("span", "unit", unit));
      item.append(element("p", "label", tile.label), figure, comparison(shown, tile));
      const target = aimed(shown);
      if (target) item.append(target);
      if (shown.trail.filter((value) => value !== null).length > 1) item.append(sparkline(shown.trail));
      const place = shown.period === "month" && shown.start ? site.days.month(shown.start) : "";
      const told = [place, isRunning ? site.whyIncomplete(shown.now, shown.period) : ""].filter(Boolean).join(", ");
      if (told) item.append(element("p", "when", told));
      list.append(item);
    }
    plot.replaceChildren(list);
  }

  function table(chart) {
    const head = ["Figure", "Period", "Value", "Unit", "Compared with", "Earlier", "Moved to", "Target"];
    const notes = [];
    const rows = chart.tiles.map((tile) => {
      const { about, now, start, period, move, aim } = tileFigures(chart, tile);
      const figure = (value) => ({ raw: site.table.exact(value ?? null, about), text: value == null ? "–" : site.figure(value, about, now.currency), isFigure: true });
      const isHidden = now && now[tile.value] === null && now.is_suppressed;
      notes.push({ hidden: isHidden ? ["Value"] : [], state: period && now ? site.whyIncomplete(now, period) || "complete" : "" });
      return [
        { raw: tile.label }, { raw: start, text: start ? site.days.date(start) : "–" },
        { ...figure(now ? now[tile.value] : null), text: write(now, tile.value, about) },
        { raw: site.unitName(about, now && now.currency) },
        { raw: move ? since[move[1]] : null, text: move ? since[move[1]] : "–" },
        figure(move ? move[2] : null), figure(move ? move[3] : null), figure(aim ? aim[0] : null),
      ];
    });
    return { head, rows, notes, hasPeriod: true };
  }

  site.tiles = { draw, table };
})(window.aiUsage);
