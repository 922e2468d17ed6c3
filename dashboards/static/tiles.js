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

  // What a tile shows at the reader's choice.
  function tileFigures(tile) {
    const { period, about } = site.answers[tile.query];
    const rows = site.rowsOf(tile.query, tile.where);
    const start = site.periodOf(tile.query, site.choice());
    const at = (iso) => rows.find((row) => !period || site.startOf(row, period) === iso);
    const row = at(start);
    // Nothing is compared with part of a period.
    const whole = (one) => (one && !site.isRunning(one, period) ? one : undefined);
    const before = tile.then
      ? row && { ...row, [tile.value]: row[tile.then] }
      : tile.compare && period ? whole(at(site.earlier(start, tile.compare, period))) : undefined;
    const trail = rows.filter((row) => period && site.startOf(row, period) <= start).map((row) => row[tile.value]);
    return { about: about[tile.value], now: row, before, trail, start, period };
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

  function changeText(now, before, tile, about, currency) {
    const change = now[tile.value] - before[tile.value];
    if (about.unit === "ratio") return site.signed(change * 100, 1) + " points";
    if (!before[tile.value]) return site.signed(change, 0);
    return (change > 0 ? "+" : "") + site.percent(change / before[tile.value], 0);
  }

  // A change that says nothing: three percent of what it was, of a ratio one point.
  function isLittle(change, before, about) {
    return Math.abs(change) <= (about.unit === "ratio" ? 0.01 : 0.03 * Math.abs(before));
  }

  function comparison(shown, tile) {
    const { about, now, before, period } = shown;
    const line = element("p", "change");
    if (!tile.compare) return line;
    const ago = `${tile.compare} ${period}s ago`;
    if (now && site.isRunning(now, period) && !tile.projected) {
      line.textContent = `no comparison: ${site.whyIncomplete(now, period)}`;
      return line;
    }
    if (!now || !before || now[tile.value] === null || before[tile.value] === null) {
      line.textContent = `no comparison with ${ago}`;
      return line;
    }
    const change = now[tile.value] - before[tile.value];
    if (isLittle(change, before[tile.value], about)) {
      line.textContent = `about the same as ${ago} (${write(before, tile.value, about)})`;
      return line;
    }
    const isBetter = about.better ? (change > 0) === (about.better === "higher") : null;
    const amount = element("span", isBetter === null ? "" : isBetter ? "good" : "poor");
    amount.textContent = `${change > 0 ? "▲" : change < 0 ? "▼" : "="} ${changeText(now, before, tile, about, now.currency)}`;
    line.append(amount, ` against ${write(before, tile.value, about)} ${ago}`);
    return line;
  }

  function draw(chart, plot) {
    const list = element("ul", chart.tiles.length % 3 === 0 && chart.tiles.length < 12 ? "tiles of-3" : "tiles");
    for (const tile of chart.tiles) {
      const shown = tileFigures(tile);
      const item = element("li", "tile");
      const isRunning = shown.now && site.isRunning(shown.now, shown.period);
      const figure = element("p", "figure", write(shown.now, tile.value, shown.about));
      const unit = ["ratio", "money", "times"].includes(shown.about.unit) ? "" : site.unitName(shown.about);
      const isThere = shown.now && shown.now[tile.value] !== null;
      if (unit && isThere) figure.append(" ", element("span", "unit", unit));
      item.append(element("p", "label", tile.label), figure, comparison(shown, tile));
      if (shown.trail.filter((value) => value !== null).length > 1) item.append(sparkline(shown.trail));
      const place = shown.period === "month" && shown.start ? site.days.month(shown.start) : "";
      const told = [place, isRunning ? site.whyIncomplete(shown.now, shown.period) : ""].filter(Boolean).join(", ");
      if (told) item.append(element("p", "when", told));
      list.append(item);
    }
    plot.replaceChildren(list);
  }

  function table(chart) {
    const head = ["Figure", "Period", "Value", "Earlier", "Unit"];
    const rows = chart.tiles.map((tile) => {
      const { about, now, before, start } = tileFigures(tile);
      const value = (row) => (row && row[tile.value] !== null ? row[tile.value] : row && row.is_suppressed ? "hidden" : null);
      return [
        { raw: tile.label }, { raw: start, text: start ? site.days.date(start) : "–" },
        { raw: value(now), text: write(now, tile.value, about) },
        { raw: value(before), text: write(before, tile.value, about) },
        { raw: site.unitName(about, now && now.currency) },
      ];
    });
    return { head, rows };
  }

  site.tiles = { draw, table };
})(window.aiUsage);
