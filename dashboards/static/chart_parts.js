// What the chart types share: series and their colours, axes, tooltips, marks for what is hidden or not over.
(function (site) {
  "use strict";
  const charts = {};
  const symbols = ["circle", "rect", "triangle", "diamond", "emptyCircle", "emptyRect", "emptyTriangle", "emptyDiamond"];
  // Tools keep their colour on every page.
  const slots = { chatgpt: 0, github_copilot: 1, m365_copilot: 2, codex: 3 };
  const fontFamily = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif";

  // The colour of a value: `all` in the colour of text, tools always in their own, others in order.
  function colourOf(value, at, view) {
    const { colours } = view;
    if (value === "all") return colours.strong;
    return colours.series[(value in slots ? slots[value] : at) % colours.series.length];
  }

  // The series of a chart: one for each value of the column `by`, or one for each of `columns`.
  function seriesOf(view, columns, by) {
    if (!by) {
      return columns.map((column, at) => ({
        id: column, column, name: view.about[column].label, rows: view.rows, at, colour: view.colours.series[at % 8],
      }));
    }
    const values = [...new Set(view.rows.map((row) => row[by]))].filter((value) => value !== null);
    return values.map((value, at) => ({
      id: String(value), column: columns[0], name: site.named(value, by), at,
      rows: view.rows.filter((row) => row[by] === value), colour: colourOf(value, at, view),
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
      type: "scroll", top: 0, left: 0, right: 8, data: names, icon: undefined, itemGap: 16, itemHeight: 10,
      textStyle: text(view), pageTextStyle: text(view), pageIconColor: view.colours.text, inactiveColor: view.colours.muted,
    };
  }

  function valueAxis(view, column, more) {
    const about = view.about[column];
    return {
      type: "value", axisLabel: { ...text(view), color: view.colours.muted, formatter: (v) => site.tick(v, about, view.currency) },
      splitLine: { lineStyle: { color: view.colours.line } }, splitNumber: 4, axisLine: { show: false },
      axisTick: { show: false }, nameTextStyle: { ...text(view), color: view.colours.muted },
      minInterval: ["ratio", "money", "times"].includes(about.unit) || view.hasFractions(column) ? undefined : 1,
      ...more,
    };
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

  // A missing figure in words: hidden where the row hides something, else not known.
  function said(row, column, view) {
    if (!row) return "–";
    if (row[column] === null) return row.is_suppressed ? "hidden" : "–";
    return site.figure(row[column], view.about[column], row.currency);
  }

  function unitNote(view, columns) {
    const units = new Set(columns.map((column) => site.unitName(view.about[column], view.currency)).filter(Boolean));
    return [...units].join(", ");
  }

  // How many figures are hidden, and whether something is still running: told below the chart.
  function flags(view, rows, columns) {
    const told = [];
    let hidden = 0;
    let unknown = 0;
    for (const row of rows) {
      for (const column of columns) {
        if (row[column] !== null) continue;
        if (row.is_suppressed) hidden += 1;
        else unknown += 1;
      }
    }
    const all = rows.length * columns.length;
    if (hidden) told.push(`${site.fixed(hidden, 0)} of ${site.fixed(all, 0)} figures are hidden to protect small groups.`);
    if (unknown) told.push(`${site.fixed(unknown, 0)} of ${site.fixed(all, 0)} are not known.`);
    return told;
  }

  Object.assign(site, { charts });
  site.parts = {
    symbols, colourOf, seriesOf, text, base, legend, valueAxis, categoryAxis, periodLabel, periodName, said, unitNote,
    flags, fontFamily,
  };
})(window.aiUsage);
