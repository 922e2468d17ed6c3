// What the chart types share: series and their colours, axes, tooltips, marks for what is hidden or not over.
(function (site) {
  "use strict";
  const charts = {};
  const symbols = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond"];
  // Tools keep their colour on every page.
  const slots = site.toolColours;
  const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

  // A value keeps its colour in all charts of a page: the first one that shows it decides.
  const known = {};

  function placeOf(value, by) {
    known[by] = known[by] || [];
    if (!known[by].includes(value)) known[by].push(value);
    return known[by].indexOf(value);
  }

  // The colour of a value: `all` in the colour of text, tools always in their own, others in order.
  function colourOf(value, at, view) {
    const { colours } = view;
    if (value === "all") return colours.strong;
    return colours.series[slotOf(value, at)];
  }

  function slotOf(value, at) {
    return (value in slots ? slots[value] : at) % 8;
  }

  // The series of a chart: one for each value of the column `by`, or one for each of `columns`.
  function seriesOf(view, columns, by, palette) {
    const made = plainSeries(view, columns, by);
    if (palette === "ordered") steps(view, made.length).forEach((colour, at) => Object.assign(made[at], { colour }));
    return made;
  }

  function plainSeries(view, columns, by) {
    if (!by) {
      return columns.map((column, at) => ({
        id: column, column, name: view.about[column].label, rows: view.rows, symbol: symbols[at % 8], isMuted: Boolean(view.about[column].muted),
        colour: view.about[column].muted ? view.colours.line : view.colours.series[at % 8],
      }));
    }
    const values = [...new Set(view.rows.map((row) => row[by]))].filter((value) => value !== null);
    return values.map((value) => ({
      id: String(value), column: columns[0], name: site.named(value, by), symbol: symbols[slotOf(value, placeOf(value, by))],
      rows: view.rows.filter((row) => row[by] === value), colour: colourOf(value, placeOf(value, by), view),
    }));
  }

  function text(view, size) {
    return { color: view.colours.text, fontFamily, fontSize: size || 12 };
  }

  function base(view) {
    return {
      animation: false,
      textStyle: text(view),
      aria: { enabled: false }, // the page names each chart itself, and gives its data as a table
      tooltip: {
        renderMode: "richText", confine: true, backgroundColor: view.colours.ground, borderColor: view.colours.line,
        textStyle: text(view, 13),
      },
    };
  }

  function legend(view, names) {
    return {
      type: "plain", top: 0, left: 0, width: view.width - 8, data: names, itemGap: 14, itemHeight: 10, itemWidth: 22,
      textStyle: text(view), inactiveColor: view.colours.muted,
    };
  }

  // How high that is: names wrap onto as many lines as they need.
  function legendHeight(view, names) {
    let [lines, used] = [1, 0];
    for (const name of names) {
      const needed = 22 + 5 + 14 + name.length * 6.8;
      if (used && used + needed > view.width) [lines, used] = [lines + 1, 0];
      used += needed;
    }
    return lines * 22 + 4;
  }

  // Steps of one hue for values that have an order, from light to dark.
  function steps(view, count) {
    const channels = view.colours.scale.map((colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)));
    return Array.from({ length: count }, (_, at) => {
      const place = 1 + (count < 2 ? 2 : (at / (count - 1)) * 3);
      const [low, rest] = [Math.floor(place), place % 1];
      const mixed = channels[low].map((one, channel) => one + ((channels[low + 1] || channels[low])[channel] - one) * rest);
      return `rgb(${mixed.map(Math.round).join(",")})`;
    });
  }

  function valueAxis(view, column, more) {
    const about = view.about[column];
    return {
      type: "value", axisLabel: { ...text(view), color: view.colours.muted, formatter: (v) => site.tick(v, about, view.currency) },
      splitLine: { lineStyle: { color: view.colours.line } }, splitNumber: 4, axisLine: { show: false },
      axisTick: { show: false }, nameTextStyle: { ...text(view), color: view.colours.muted },
      ...(about.unit === "ratio" ? wholeAxis(view, column, more.scale) : {}),
      minInterval: ["ratio", "money", "times"].includes(about.unit) || view.hasFractions(column) ? undefined : 1,
      ...more,
    };
  }

  // An axis of shares that come near the whole ends at it.
  function wholeAxis(view, column, isScaled) {
    const high = Math.max(...view.rows.map((row) => row[column] || 0));
    if (high <= 0.75 || high > 1) return {};
    return isScaled ? { max: 1 } : { max: 1, interval: 0.25 };
  }

  function categoryAxis(view, data, more) {
    return {
      type: "category", data, axisLine: { lineStyle: { color: view.colours.muted } }, axisTick: { show: false },
      axisLabel: { ...text(view), color: view.colours.muted }, ...more,
    };
  }

  function periodLabel(iso, period) {
    return period === "month" ? site.days.shortMonth(iso) : site.days.short(iso);
  }

  function periodName(iso, period) {
    return period === "month" ? site.days.month(iso) : "Week of " + site.days.date(iso);
  }

  // A missing figure in words: hidden where the row hides something (its range, where one is known), else not known.
  function said(row, column, view, isShort) {
    if (!row) return "–";
    if (row[column] === null) {
      if (row.is_suppressed) return site.range(row, column, view.about[column], isShort) || "hidden";
      return view.about[column].missing || "not given";
    }
    return site.figure(row[column], view.about[column], row.currency);
  }

  // The unit of an axis, where its ticks do not carry it.
  function axisUnit(about, currency) {
    return about.unit === "ratio" ? "" : site.unitName(about, currency);
  }

  function unitNote(view, columns) {
    const units = new Set(columns.map((column) => axisUnit(view.about[column], view.currency)).filter(Boolean));
    return [...units].join(", ");
  }

  // How many figures are hidden, and whether something is still running: told below the chart.
  function flags(view, rows, columns) {
    const told = [];
    let hidden = 0;
    let unknown = 0;
    let limited = 0;
    for (const row of rows) {
      for (const column of columns) {
        if (row[column] !== null) continue;
        if (!row.is_suppressed) unknown += 1;
        else {
          hidden += 1;
          if (site.range(row, column, view.about[column])) limited += 1;
        }
      }
    }
    const all = rows.length * columns.length;
    const count = (number) => `${site.fixed(number, 0)} of ${site.fixed(all, 0)} figures ${number === 1 ? "is" : "are"}`;
    if (hidden) told.push(`${count(hidden)} hidden to protect small groups.`);
    if (limited) told.push("A range in place of a figure is what the shown figures leave open.");
    if (unknown) told.push(`${count(unknown)} not given.`);
    return told;
  }

  function runningFlag(view) {
    const row = view.now.find((one) => site.isRunning(one, view.period));
    return row ? [`The ${view.period} is ${site.whyIncomplete(row, view.period)}.`] : [];
  }

  // The outline of a hidden figure's range, from end to end along the axis of values: a series of ECharts. `data` has
  // [place on the other axis, low, high], NaN where no range is known; `across` is the width of the outline and
  // `offset` how far it stands from the middle.
  function outline(view, one, data, isUpright, across, offset) {
    return {
      id: `/range/${one.id}`, name: one.name, type: "custom", silent: true, color: one.colour, clip: true, data,
      encode: isUpright ? { x: 0, y: [1, 2] } : { x: [1, 2], y: 0 },
      renderItem: (params, api) => {
        const [place, low, high] = [api.value(0), api.value(1), api.value(2)];
        if (Number.isNaN(low) || Number.isNaN(high)) return undefined;
        const [from, to] = isUpright ? [api.coord([place, high]), api.coord([place, low])] : [api.coord([low, place]), api.coord([high, place])];
        const shape = isUpright
          ? { x: from[0] - across / 2 + offset, y: from[1], width: across, height: Math.max(2, to[1] - from[1]) }
          : { x: from[0], y: from[1] - across / 2 + offset, width: Math.max(2, to[0] - from[0]), height: across };
        return { type: "rect", shape, style: { fill: "transparent", stroke: one.colour, lineWidth: 1.2, lineDash: [4, 3] } };
      },
    };
  }

  // A range as `outline` draws it: none where an end is missing or the figure is shown.
  function ends(row, column) {
    const isHidden = row && row[column] === null && row.is_suppressed;
    const [low, high] = isHidden ? [row[`${column}_low`], row[`${column}_high`]] : [];
    return typeof low === "number" && typeof high === "number" ? [low, high] : [NaN, NaN];
  }

  // How hidden parts look: hatched, in no colour of a series.
  function hatched(view) {
    const decal = { symbol: "rect", dashArrayX: [1, 0], dashArrayY: [2, 5], rotation: -Math.PI / 4, color: view.colours.muted };
    return { color: view.colours.line, itemStyle: { color: view.colours.line, decal } };
  }

  Object.assign(site, { charts });
  site.parts = {
    symbols, colourOf, seriesOf, text, base, legend, legendHeight, valueAxis, categoryAxis, periodLabel, periodName, said, unitNote,
    flags, fontFamily, hatched, axisUnit, runningFlag, outline, ends,
  };
})(window.aiUsage);
